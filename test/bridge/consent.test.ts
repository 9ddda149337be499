import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { describeInBrowser } from '../support/browser.ts';
import { readProjectFile } from '../support/project-files.ts';
import { bridgeTag, referenceOf, submitted, testSite, usermaven, usermavenCookie, visitor } from './site.ts';

const attributes = `${usermaven} data-consent="wait" data-callrail="usermaven_anonymous_id"`;
const places = `<a href="https://buy.stripe.com/test_1?locale=de">Buy</a><stripe-buy-button></stripe-buy-button>
  <form data-hookstitch><input name="email"></form>
  <form id="own"><input type="hidden" name="usermaven_anonymous_id"></form>
  <iframe srcdoc="<form><input type='hidden' name='usermaven_anonymous_id'></form>"></iframe>`;
const html = `${places}{bridge}`;

/** Tells how often the page's cookies have been read. */
const countReads = `<script>
  window.reads = 0;
  const { get, set } = Object.getOwnPropertyDescriptor(Document.prototype, 'cookie');
  Object.defineProperty(document, 'cookie', { get() { window.reads += 1; return get.call(document); }, set(text) { set.call(document, text); } });
  const { getItem } = Storage.prototype;
  Storage.prototype.getItem = function (key) { window.reads += 1; return getItem.call(this, key); };
</script>`;

/** Everything the bridge can leave on a page. */
async function traces(page: Page): Promise<unknown> {
  return {
    link: await referenceOf(page),
    button: await page.locator('stripe-buy-button').getAttribute('client-reference-id'),
    added: await submitted(page),
    filled: await submitted(page, 'usermaven_anonymous_id', '#own'),
    framed: await page.frameLocator('iframe').locator('input').inputValue(),
    cookie: await page.evaluate('/usermaven_anonymous_id=[^;]*/.exec(document.cookie)?.[0]'),
    visitorId: await page.evaluate('hookstitch.visitorId()'),
  };
}

const none = { link: null, button: null, added: null, filled: '', framed: '', cookie: undefined, visitorId: undefined };
const carried = {
  ...{ link: visitor, button: visitor, added: visitor, filled: visitor, framed: visitor, visitorId: visitor },
  cookie: `usermaven_anonymous_id=${visitor}`,
};

describeInBrowser('without consent', () => {
  const visit = testSite();

  it('nothing is read, written or carried, whatever the visitor does', async () => {
    const { page, passTime } = await visit({ html: countReads + html, attributes: `${attributes} data-segment` });
    await passTime(60_000);
    await page.locator('[name=email]').click();
    await page.locator('a').dispatchEvent('pointerdown');
    await page.evaluate(`document.body.append(document.createElement('p'))`);
    await passTime(60_000);
    expect(await page.evaluate('window.reads')).toBe(0);
    expect(await page.locator('a').getAttribute('href')).toBe('https://buy.stripe.com/test_1?locale=de');
    expect(await traces(page)).toEqual(none);
  });

  it.each(['undefined', 'null', '1', '"true"', '{}', '{ granted: true }'])('%s is no consent', async (answer) => {
    const { page, passTime } = await visit({ html, attributes });
    await page.evaluate(`hookstitch.consent(${answer})`);
    await passTime(60_000);
    expect(await traces(page)).toEqual(none);
  });
});

describeInBrowser('consent', () => {
  const visit = testSite();

  it('given later carries the id from then on', async () => {
    const { page, passTime } = await visit({ html, attributes });
    expect(await traces(page)).toEqual(none);
    await page.evaluate('hookstitch.consent(true)');
    await passTime(1_000);
    expect(await traces(page)).toEqual(carried);
  });

  it.each(['window', 'document'])('can be an event on the %s', async (target) => {
    const { page, passTime } = await visit({ html, attributes });
    await page.evaluate(`${target}.dispatchEvent(new CustomEvent('hookstitch:consent', { detail: true }))`);
    await passTime(1_000);
    expect(await traces(page)).toEqual(carried);
    await page.evaluate(`${target}.dispatchEvent(new CustomEvent('hookstitch:consent', { detail: false }))`);
    expect(await traces(page)).toEqual(none);
  });

  it.each([
    ['hookstitch.consent(true)', carried],
    ['hookstitch.consent(true); hookstitch.consent(false)', none],
    ['hookstitch.consent(false); hookstitch.consent(true)', carried],
  ])('given before the script has loaded waits for it: %s', async (calls, expected) => {
    const queue = /^window\.hookstitch = .*$/m.exec(readProjectFile('docs/bridge.md'))?.[0] ?? '';
    const { page, passTime } = await visit({ html: `<script>${queue} ${calls}</script>${html}`, attributes });
    await passTime(1_000);
    expect(await traces(page)).toEqual(expected);
  });

  it('withdrawn removes what was written, and nothing else', async () => {
    const { page, passTime } = await visit({
      html: `${html}<a id="theirs" href="https://buy.stripe.com/2?client_reference_id=order_42">Buy</a>`,
      attributes,
    });
    await page.evaluate('hookstitch.consent(true)');
    await passTime(1_000);
    await page.evaluate(`document.querySelector('#own input').value = 'changed by the page'`);
    await page.evaluate('hookstitch.consent(false)');
    await page.locator('[name=email]').click();
    await passTime(60_000);
    expect(await page.locator('#theirs').getAttribute('href')).toContain('client_reference_id=order_42');
    expect(await page.locator('a').first().getAttribute('href')).toBe('https://buy.stripe.com/test_1?locale=de');
    expect(await submitted(page, 'usermaven_anonymous_id', '#own')).toBe('changed by the page');
    expect(await submitted(page)).toBeNull();
    expect(await page.evaluate('document.cookie')).toBe(`${usermavenCookie}=${visitor}`);
  });

  it('withdrawn while a form is off the page takes the id out of it when it is back', async () => {
    const { page, passTime } = await visit({ html, attributes });
    await page.evaluate('hookstitch.consent(true)');
    await passTime(1_000);
    await page.evaluate(`window.form = document.querySelector('#own'); form.remove(); hookstitch.consent(false)`);
    await page.evaluate('document.body.append(form)');
    await page.locator('[name=email]').click();
    expect(await traces(page)).toEqual(none);
  });

  it('given again after that carries the id again', async () => {
    const { page, passTime } = await visit({ html, attributes });
    for (const given of [true, false, true]) await page.evaluate(`hookstitch.consent(${given})`);
    await passTime(1_000);
    expect(await traces(page)).toEqual(carried);
  });

  it('refused removes the cookie that an earlier page has written', async () => {
    const cookies = [`${usermavenCookie}=${visitor}`, `usermaven_anonymous_id=${visitor}`];
    const { page } = await visit({ html, attributes, cookies });
    await page.evaluate('hookstitch.consent(false)');
    expect(await page.evaluate('document.cookie')).toBe(`${usermavenCookie}=${visitor}`);
  });

  it('is taken as given where the tag does not wait, and can still be withdrawn', async () => {
    const { page, passTime } = await visit({ html, attributes: attributes.replace('data-consent="wait"', '') });
    await passTime(1_000);
    expect(await traces(page)).toEqual(carried);
    await page.evaluate('hookstitch.consent(false)');
    expect(await traces(page)).toEqual(none);
  });
});

describeInBrowser("CallRail's cookie", () => {
  const visit = testSite();

  it('holds the id, for this session and this site', async () => {
    const { page } = await visit({ html, attributes: `${usermaven} data-callrail="vid"` });
    expect(await page.context().cookies()).toContainEqual(
      expect.objectContaining({
        ...{ name: 'vid', value: visitor, domain: 'shop.example', path: '/' },
        ...{ expires: -1, sameSite: 'Lax', secure: false, httpOnly: false },
      }),
    );
  });

  it('is secure where the page is', async () => {
    const { page } = await visit({ html: '{bridge}' });
    await page.context().addCookies([{ name: usermavenCookie, value: visitor, url: 'https://secure.example/' }]);
    await page.route('https://secure.example/', (route) =>
      route.fulfill({
        contentType: 'text/html',
        body: `<script src="/bridge.js" ${usermaven} data-callrail="vid"></script>`,
      }),
    );
    await page.route('https://secure.example/bridge.js', (route) =>
      route.fulfill({ contentType: 'text/javascript', body: readProjectFile('src/bridge/bridge.min.js') }),
    );
    await page.goto('https://secure.example/');
    const cookies = await page.context().cookies('https://secure.example/');
    expect(cookies.find(({ name }) => name === 'vid')).toMatchObject({ value: visitor, secure: true, sameSite: 'Lax' });
  });

  it('has the id encoded where a cookie could not hold it', async () => {
    const { page } = await visit({
      html,
      attributes: `${usermaven} data-callrail="vid"`,
      cookies: [`${usermavenCookie}=a%3B%20b`],
    });
    expect(await page.evaluate('document.cookie')).toContain('vid=b64_YTsgYg');
  });

  it.each([usermavenCookie, 'a b', 'a;b', ''])('is not written under the name "%s"', async (name) => {
    const { page } = await visit({ html, attributes: `${usermaven} data-callrail="${name}"` });
    expect(await page.evaluate('document.cookie')).toBe(`${usermavenCookie}=${visitor}`);
    await page.evaluate('hookstitch.consent(false)');
    expect(await page.evaluate('document.cookie')).toBe(`${usermavenCookie}=${visitor}`);
  });
});

describeInBrowser('the script', () => {
  const visit = testSite();

  it('works under a strict Content-Security-Policy and violates nothing', async () => {
    const policy =
      "default-src 'none'; script-src http://hooks.example; frame-src 'self'; require-trusted-types-for 'script'";
    const visited = await visit({ html, attributes: `${usermaven} data-callrail="usermaven_anonymous_id"`, policy });
    await visited.passTime(1_000);
    expect(await traces(visited.page)).toEqual(carried);
    expect(visited.complaints).toEqual([]);
    // And a violation would have been seen.
    await visited.page.evaluate(`document.querySelector('a').setAttribute('style', 'color: red')`);
    expect(visited.complaints).toEqual([expect.stringContaining('Content Security Policy')]);
  });

  it('included twice runs once, as the first tag says', async () => {
    const { page, passTime } = await visit({ html: `${html}${bridgeTag('data-cookie="other" data-field="vid"')}` });
    await passTime(1_000);
    await page.evaluate(`document.cookie = 'other=v2'`);
    await page.locator('[name=email]').click();
    expect(await page.locator('form[data-hookstitch] input').count()).toBe(2);
    expect(await page.locator('[name=vid]').count()).toBe(0);
    expect(await referenceOf(page)).toBe(visitor);
    expect((await page.locator('a').getAttribute('href'))?.match(/client_reference_id/g)).toHaveLength(1);
  });

  it('works in the head without defer, and when a script adds it', async () => {
    const now = await visit({ html: `<head>${bridgeTag().replace('defer', '')}</head><body>${places}` });
    await now.passTime(1_000);
    expect(await referenceOf(now.page)).toBe(visitor);
    const later = await visit({ html: places });
    await later.page.evaluate(`new Promise((resolve) => {
      const script = document.createElement('script');
      script.src = 'http://hooks.example/bridge.js';
      script.dataset.usermavenKey = 'UMabcDEFgh';
      script.onload = resolve;
      document.head.append(script);
    })`);
    expect(await referenceOf(later.page)).toBe(visitor);
  });

  it('is not kept from working by an element with its name', async () => {
    const visited = await visit({ html: `<form id="hookstitch"><input name="q"><input name="consent"></form>${html}` });
    expect(await referenceOf(visited.page)).toBe(visitor);
    expect(visited.complaints).toEqual([]);
  });

  it.each([
    [
      'cookies',
      `Object.defineProperty(document, 'cookie', { get() { throw new Error('no') }, set() { throw new Error('no') } })`,
    ],
    ['storage', `Object.defineProperty(window, 'localStorage', { get() { throw new Error('no') } })`],
    ['searching', `document.querySelectorAll = () => { throw new Error('no') }`],
    ['properties on its window', `Object.defineProperty(window, 'hookstitch', { value: 'taken' })`],
  ])('throws nothing into a page that forbids %s', async (_what, script) => {
    const visited = await visit({
      html: `<script>${script}</script>${html}`,
      attributes: `${usermaven} data-segment data-callrail="vid"`,
    });
    const { page } = visited;
    await visited.passTime(60_000);
    await page.locator('[name=email]').click();
    await page.evaluate(`window.dispatchEvent(new CustomEvent('hookstitch:consent', { detail: false }))`);
    await page.evaluate(`window.dispatchEvent(new Event('hs-form-event:on-ready'))`);
    expect(await page.evaluate(`[false, true].map((given) => hookstitch.consent?.(given))`)).toEqual([
      undefined,
      undefined,
    ]);
    await page.evaluate('hookstitch.visitorId?.()');
    expect(visited.complaints).toEqual([]);
  });

  it('looks at a page that never rests only so often', async () => {
    const { page, passTime } = await visit({ html: `${countReads}<p></p>${html}` });
    await page.evaluate(`setInterval(() => document.querySelector('p').append('.'), 100)`);
    await passTime(300_000);
    const reads = Number(await page.evaluate('window.reads'));
    expect(reads).toBeGreaterThan(500);
    expect(reads).toBeLessThan(1_100);
    await page.evaluate(`document.body.insertAdjacentHTML('beforeend', '<form id="late" data-hookstitch></form>')`);
    await page.locator('[name=email]').click();
    expect(await submitted(page, 'usermaven_anonymous_id', '#late')).toBe(visitor);
  });
});
