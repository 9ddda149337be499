import { expect, it } from 'vitest';
import { describeInBrowser } from '../support/browser.ts';
import { referenceOf, testSite, usermaven, usermavenCookie, visitor } from './site.ts';

describeInBrowser("Stripe's client_reference_id", () => {
  const visit = testSite();

  const hrefAfter = async (href: string, attributes = usermaven): Promise<string | null> => {
    const { page } = await visit({ html: `<a href="${href}">Buy</a>{bridge}`, attributes });
    return await page.locator('a').getAttribute('href');
  };

  it.each(['buy', 'book', 'donate'])('is added to links to %s.stripe.com', async (name) => {
    expect(await hrefAfter(`https://${name}.stripe.com/test_1`)).toBe(
      `https://${name}.stripe.com/test_1?client_reference_id=${visitor}`,
    );
  });

  it('is added behind what else a link has, which stays as it is written', async () => {
    expect(await hrefAfter('https://buy.stripe.com/test_1?prefilled_email=ada%2Bx@example.com&amp;q=a%20b#top')).toBe(
      `https://buy.stripe.com/test_1?prefilled_email=ada%2Bx@example.com&q=a%20b&client_reference_id=${visitor}#top`,
    );
  });

  it.each([
    'https://buy.stripe.com/test_1?client_reference_id=order_42',
    'https://buy.stripe.com/test_1?a=1&client%5Freference%5Fid=order_42',
  ])('stays what the page has set: %s', async (href) => {
    expect(await hrefAfter(href)).toBe(href);
  });

  it('replaces an empty one', async () => {
    expect(await hrefAfter('https://buy.stripe.com/test_1?client_reference_id=&amp;locale=de')).toBe(
      `https://buy.stripe.com/test_1?locale=de&client_reference_id=${visitor}`,
    );
  });

  it.each([
    'http://buy.stripe.com/test_1',
    'https://buy.stripe.com.evil.example/test_1',
    'https://evil.example/buy.stripe.com',
    'https://evil.example/?next=https://buy.stripe.com/test_1',
    'https://checkout.stripe.com/c/pay/cs_1',
    'https://pay.shop.example/test_1',
    'mailto:buy.stripe.com@example.com',
    'javascript:void(`https://buy.stripe.com/`)',
    '/buy.stripe.com',
  ])('is not given to %s', async (href) => {
    expect(await hrefAfter(href)).toBe(href);
  });

  it('is added to links to your own domain for payment links', async () => {
    const attributes = `${usermaven} data-stripe-domains="pay.shop.example, Give.shop.example"`;
    for (const host of ['pay.shop.example', 'give.shop.example'])
      expect(await hrefAfter(`https://${host}/b/1`, attributes)).toBe(
        `https://${host}/b/1?client_reference_id=${visitor}`,
      );
  });

  it('is added to links that come later, and again when the page writes one anew', async () => {
    const { page, passTime } = await visit({ html: '<main></main>{bridge}' });
    await page.evaluate(
      `document.querySelector('main').innerHTML = '<p><a href="https://buy.stripe.com/test_2">Buy</a></p>'`,
    );
    await passTime(200);
    expect(await referenceOf(page)).toBe(visitor);
    await page.evaluate(`document.querySelector('a').href = 'https://buy.stripe.com/test_3'`);
    await passTime(200);
    expect(await page.locator('a').getAttribute('href')).toBe(
      `https://buy.stripe.com/test_3?client_reference_id=${visitor}`,
    );
  });

  it('is there when a link that was added the moment before is clicked', async () => {
    const { page } = await visit({ html: '<main></main>{bridge}' });
    await page.evaluate(`document.querySelector('main').innerHTML = '<a href="https://buy.stripe.com/test_4">Buy</a>'`);
    const request = page.waitForRequest(/buy\.stripe\.com/);
    await page.route('https://buy.stripe.com/**', (route) => route.fulfill({ body: 'paid' }));
    await page.locator('a').click();
    expect((await request).url()).toBe(`https://buy.stripe.com/test_4?client_reference_id=${visitor}`);
  });

  it.each(['stripe-buy-button', 'stripe-pricing-table'])(
    'is an attribute of <%s>, unless the page has set it',
    async (tag) => {
      const html = `<${tag} id="a"></${tag}><${tag} id="b" client-reference-id="order_42"></${tag}><main></main>{bridge}`;
      const { page, passTime } = await visit({ html });
      await page.evaluate(
        `document.querySelector('main').innerHTML = '<${tag} id="c" client-reference-id=""></${tag}>'`,
      );
      await passTime(200);
      for (const [id, carried] of [
        ['a', visitor],
        ['b', 'order_42'],
        ['c', visitor],
      ])
        expect(await page.locator(`#${id}`).getAttribute('client-reference-id')).toBe(carried);
    },
  );

  it('is encoded where Stripe would drop the id without a word', async () => {
    const html = '<a href="https://buy.stripe.com/test_1">Buy</a><stripe-buy-button></stripe-buy-button>{bridge}';
    const { page } = await visit({ html, cookies: [`${usermavenCookie}=caf%C3%A9`] });
    const carried = await referenceOf(page);
    expect(carried).toBe('b64_Y2Fmw6k');
    expect(await page.locator('stripe-buy-button').getAttribute('client-reference-id')).toBe(carried);
  });

  it('is left out where it would be too long for Stripe even so', async () => {
    const html = '<a href="https://buy.stripe.com/test_1">Buy</a><stripe-buy-button></stripe-buy-button>{bridge}';
    const { page } = await visit({ html, cookies: [`${usermavenCookie}=${'%C3%A9'.repeat(100)}`] });
    expect(await referenceOf(page)).toBeNull();
    expect(await page.locator('stripe-buy-button').getAttribute('client-reference-id')).toBeNull();
  });
});
