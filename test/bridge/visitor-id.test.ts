import { expect, it } from 'vitest';
import { describeInBrowser } from '../support/browser.ts';
import { referenceOf, submitted, testSite, usermaven, usermavenCookie, type Visit, visitor } from './site.ts';

const html = '<a href="https://buy.stripe.com/test_1">Buy</a><form data-hookstitch></form>{bridge}';

describeInBrowser("the visitor's id", () => {
  const visit = testSite();

  const idFrom = async (parts: Partial<Visit>): Promise<unknown> => {
    const { page } = await visit({ html, ...parts });
    return await submitted(page);
  };

  it('comes from the Usermaven cookie of the configured key, not from that of another one on the page', async () => {
    const cookies = [
      '__eventn_id_UMother=intruder00',
      `${usermavenCookie}=${visitor}`,
      `${usermavenCookie}x=intruder01`,
    ];
    expect(await idFrom({ cookies })).toBe(visitor);
  });

  it.each([
    ['caf%C3%A9%20%2B1', 'café +1'],
    ['a=b==', 'a=b=='],
    ['100%', '100%'],
    ['%22quoted%22', '"quoted"'],
  ])('is decoded from %s to %s', async (value, id) => {
    expect(await idFrom({ cookies: [`${usermavenCookie}=${value}`] })).toBe(id);
  });

  it.each([
    ['Segment, plain', ['ajs_anonymous_id=8f2c0b1e-77d4-4ac3-9b53-8d51e0f7f9a1']],
    ['Segment, as JSON', ['ajs_anonymous_id=%228f2c0b1e-77d4-4ac3-9b53-8d51e0f7f9a1%22']],
  ])('comes from the cookie of %s', async (_what, cookies) => {
    expect(await idFrom({ attributes: 'data-segment', cookies })).toBe('8f2c0b1e-77d4-4ac3-9b53-8d51e0f7f9a1');
  });

  it("comes from Segment's local storage where there is no cookie", async () => {
    const { page } = await visit({
      html: `<script>localStorage.setItem('ajs_anonymous_id', '"8f2c"')</script>${html}`,
      attributes: 'data-segment',
      cookies: [],
    });
    expect(await submitted(page)).toBe('8f2c');
  });

  it('comes from a cookie of any name', async () => {
    expect(await idFrom({ attributes: 'data-cookie="my.visitor"', cookies: ['my.visitor=v1'] })).toBe('v1');
  });

  it.each([
    ['no tool is configured', { attributes: '' }],
    ['the key has no cookie', { attributes: 'data-usermaven-key="UMnone"' }],
    ['the cookie is empty', { cookies: [`${usermavenCookie}=`] }],
    ['the value is more than one line', { cookies: [`${usermavenCookie}=a%0Ab`] }],
    ['the value is too long for an id', { cookies: [`${usermavenCookie}=${'x'.repeat(201)}`] }],
  ])('is nothing where %s, and then nothing is carried', async (_why, parts) => {
    const { page, passTime } = await visit({ html, ...parts });
    await passTime(60_000);
    expect(await submitted(page)).toBeNull();
    expect(await page.locator('a').getAttribute('href')).toBe('https://buy.stripe.com/test_1');
    expect(await page.evaluate('hookstitch.visitorId?.()')).toBeUndefined();
  });

  it('is looked for again while the analytics script loads', async () => {
    const { page, passTime } = await visit({ html, cookies: [] });
    await passTime(3_000);
    expect(await referenceOf(page)).toBeNull();
    await page.evaluate(`document.cookie = '${usermavenCookie}=${visitor}'`);
    await passTime(5_000);
    expect([await referenceOf(page), await submitted(page)]).toEqual([visitor, visitor]);
  });

  it('is looked for at the last moment, when a link is pressed or a form is sent', async () => {
    const { page, passTime } = await visit({ html, cookies: [] });
    await passTime(600_000);
    await page.evaluate(`document.cookie = '${usermavenCookie}=${visitor}'`);
    await passTime(600_000);
    expect(await referenceOf(page)).toBeNull();
    await page.locator('a').dispatchEvent('pointerdown');
    expect([await referenceOf(page), await submitted(page)]).toEqual([visitor, visitor]);
  });

  it('is replaced where it was carried when the tool gives another one', async () => {
    const { page } = await visit({ html });
    expect(await referenceOf(page)).toBe(visitor);
    await page.evaluate(`document.cookie = '${usermavenCookie}=another001'`);
    await page.locator('a').focus();
    expect([await referenceOf(page), await submitted(page)]).toEqual(['another001', 'another001']);
  });

  it("is there for the page's own scripts", async () => {
    const { page } = await visit({ html });
    expect(await page.evaluate('hookstitch.visitorId()')).toBe(visitor);
  });

  it('does no harm whatever it holds', async () => {
    const hostile = `"><img src=x onerror="document.title='hacked'">'&client_reference_id=x#`;
    const visited = await visit({ html, cookies: [`${usermavenCookie}=${encodeURIComponent(hostile)}`] });
    const { page } = visited;
    expect(await submitted(page)).toBe(hostile);
    expect(await referenceOf(page)).toBe(`b64_${Buffer.from(hostile).toString('base64url')}`);
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.title()).toBe('');
    expect(visited.complaints).toEqual([]);
  });

  it('may be configured by a hostile attribute without harm', async () => {
    const attributes = `${usermaven} data-field='"]},*{x' data-callrail="a; Domain=example" data-stripe-domains='"],* evil"'`;
    const visited = await visit({ html, attributes });
    expect(await submitted(visited.page, '"]},*{x')).toBe(visitor);
    expect(await referenceOf(visited.page)).toBe(visitor);
    expect(await visited.page.evaluate('document.cookie')).toBe(`${usermavenCookie}=${visitor}`);
    expect(visited.complaints).toEqual([]);
  });
});
