import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { describeInBrowser } from '../support/browser.ts';
import { bridgeTag, submitted, testSite, usermaven, usermavenCookie, visitor } from './site.ts';

const field = 'usermaven_anonymous_id';
const fieldIn = (page: Page, frame: string, name = field): Promise<string> =>
  page.frameLocator(frame).locator(`[name="${name}"]`).inputValue();

/** Keeps its value itself, as React does: a setter of the element's own hides changes that no event announces. */
const controlledInput = `
  const input = document.querySelector('input');
  const { get, set } = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value');
  let tracked = '';
  window.state = '';
  Object.defineProperty(input, 'value', {
    configurable: true,
    get() { return get.call(this); },
    set(value) { tracked = value; set.call(this, value); },
  });
  document.addEventListener('input', (event) => {
    const now = get.call(event.target);
    if (now !== tracked) { tracked = now; window.state = now; }
    setTimeout(() => set.call(input, window.state));
  });`;

describeInBrowser('a form', () => {
  const visit = testSite();

  it('that asks for it gets a hidden field with the id', async () => {
    const { page } = await visit({ html: '<form data-hookstitch></form><form id="other"></form>{bridge}' });
    expect(await submitted(page)).toBe(visitor);
    expect(await page.locator('form input').getAttribute('type')).toBe('hidden');
    expect(await submitted(page, field, '#other')).toBeNull();
  });

  it('that comes later gets it too, and only once', async () => {
    const { page, passTime } = await visit({ html: '<main></main>{bridge}' });
    await page.evaluate(
      `document.querySelector('main').innerHTML = '<form data-hookstitch><input name="email"></form>'`,
    );
    await passTime(1_000);
    await page.locator('[name=email]').click();
    expect(await page.locator(`[name=${field}]`).count()).toBe(1);
    expect(await submitted(page)).toBe(visitor);
  });

  it('that is sent the moment it appears has the field', async () => {
    const { page } = await visit({ html: '{bridge}' });
    const sent = await page.evaluate(`(() => {
      document.body.innerHTML = '<form data-hookstitch></form>';
      const form = document.querySelector('form');
      let sent;
      form.addEventListener('submit', (event) => { event.preventDefault(); sent = new FormData(form).get('${field}'); });
      form.requestSubmit();
      return sent;
    })()`);
    expect(sent).toBe(visitor);
  });

  it('may give the field another name', async () => {
    const html = '<form data-hookstitch></form><form id="own"><input type="hidden" name="vid"></form>{bridge}';
    const { page } = await visit({ html, attributes: `${usermaven} data-field="vid"` });
    expect(await submitted(page, 'vid')).toBe(visitor);
    expect(await submitted(page, 'vid', '#own')).toBe(visitor);
  });

  it.each([
    `<input type="hidden" name="${field}">`,
    `<input name="${field}">`,
    `<input type="text" name="${field}" value="">`,
    `<textarea name="${field}"></textarea>`,
    `<input type="hidden" class="hs-input" name="0-1/${field}">`,
  ])('of HubSpot or any other has its field filled: %s', async (input) => {
    const { page } = await visit({ html: `<form>${input}</form>{bridge}` });
    expect(await page.locator('form > *').inputValue()).toBe(visitor);
  });

  it.each([
    `<input type="checkbox" name="${field}" value="">`,
    `<input type="email" name="${field}">`,
    `<input type="password" name="${field}">`,
    `<input type="hidden" name="0-2/${field}">`,
  ])('keeps its other fields as they are: %s', async (input) => {
    const { page } = await visit({ html: `<form>${input}</form>{bridge}` });
    expect(await page.locator('form > *').inputValue()).toBe('');
  });

  it('keeps what the page has put in and what the visitor types', async () => {
    const html = `<form><input type="hidden" name="${field}" value="theirs"></form><main></main>{bridge}`;
    const { page, passTime } = await visit({ html, cookies: [] });
    await page.evaluate(`document.querySelector('main').innerHTML = '<form id="b"><input name="${field}"></form>'`);
    await page.locator('#b input').fill('typed');
    await page.evaluate(`document.cookie = '${usermavenCookie}=${visitor}'`);
    await passTime(60_000);
    await page.locator('#b input').blur();
    expect([await submitted(page), await submitted(page, field, '#b')]).toEqual(['theirs', 'typed']);
  });

  it('whose visible field the visitor empties stays empty; a hidden one is filled again', async () => {
    const html = `<form id="a"><input name="${field}"></form><form id="b"><input type="hidden" name="${field}"></form>{bridge}`;
    const { page, passTime } = await visit({ html });
    await page.locator('#a input').fill('');
    await page.evaluate(`document.querySelector('#b').reset(); document.querySelector('#b input').value = ''`);
    await page.locator('#a input').blur();
    await page.locator('#a input').focus();
    await passTime(1_000);
    expect([await submitted(page, field, '#a'), await submitted(page, field, '#b')]).toEqual(['', visitor]);
  });

  it('whose fields are kept by a framework learns of the value', async () => {
    const html = `<form><input type="hidden" name="${field}"></form><script>${controlledInput}</script>{bridge}`;
    const { page, passTime } = await visit({ html });
    await passTime(1_000);
    expect(await page.evaluate('window.state')).toBe(visitor);
    expect(await submitted(page)).toBe(visitor);
  });

  it('that breaks the functions of its own element keeps no other from working', async () => {
    const html = `<form data-hookstitch><input name="append"><input name="querySelector"><input name="ownerDocument"></form>
      <form id="good" data-hookstitch></form>{bridge}`;
    const visited = await visit({ html });
    expect(await submitted(visited.page, field, '#good')).toBe(visitor);
    expect(visited.complaints).toEqual([]);
  });
});

describeInBrowser('a form in a frame', () => {
  const visit = testSite();
  const form = `<form><input type='hidden' name='${field}'></form>`;

  it.each([
    ['of the same site', '<iframe src="/frame"></iframe>'],
    ['written as srcdoc', `<iframe srcdoc="${form}"></iframe>`],
    ['in another frame', `<iframe srcdoc="<iframe srcdoc=&quot;${form}&quot;></iframe>"></iframe>`],
  ])('%s is filled', async (what, frame) => {
    const { page, passTime } = await visit({ html: `${frame}{bridge}`, files: { 'shop.example/frame': form } });
    await passTime(1_000);
    const outer = page.frameLocator('iframe');
    const inner = what === 'in another frame' ? outer.frameLocator('iframe') : outer;
    expect(await inner.locator('input').inputValue()).toBe(visitor);
  });

  it('that a script writes into an empty frame later is filled, as HubSpot does it', async () => {
    const { page, passTime } = await visit({ html: '{bridge}' });
    await page.evaluate(`(() => {
      const frame = document.createElement('iframe');
      document.body.append(frame);
      frame.contentDocument.open();
      frame.contentDocument.write("${form}");
      frame.contentDocument.close();
    })()`);
    await passTime(1_000);
    expect(await fieldIn(page, 'iframe')).toBe(visitor);
    await page.evaluate(`document.querySelector('iframe').contentDocument.body.innerHTML = "<p>${form}</p>"`);
    await passTime(1_000);
    expect(await fieldIn(page, 'iframe')).toBe(visitor);
  });

  it('is filled anew when the frame goes to another page', async () => {
    const files = { 'shop.example/frame': form, 'shop.example/next': `<h1>Next</h1>${form}` };
    const { page, passTime } = await visit({ html: '<iframe src="/frame"></iframe>{bridge}', files });
    await page.evaluate(`document.querySelector('iframe').src = '/next'`);
    await page.frameLocator('iframe').locator('h1').waitFor();
    await passTime(1_000);
    expect(await fieldIn(page, 'iframe')).toBe(visitor);
  });

  it('of another site is left alone, without a complaint', async () => {
    const visited = await visit({
      html: '<iframe src="http://forms.example/frame"></iframe><form data-hookstitch></form>{bridge}',
      files: { 'forms.example/frame': form },
    });
    await visited.passTime(60_000);
    expect(await fieldIn(visited.page, 'iframe')).toBe('');
    expect(await submitted(visited.page)).toBe(visitor);
    expect(visited.complaints).toEqual([]);
  });
});

/** As HubSpot's script for forms of the updated editor: it alone reaches into its frames. */
const hubspotScript = (fields: Readonly<Record<string, string>>): string => `
  const values = ${JSON.stringify(fields)};
  window.values = values;
  window.HubSpotFormsV4 = { getForms: () => [{
    getFormFieldValues: () => Promise.resolve(Object.entries(values).map(([name, value]) => ({ name, value }))),
    setFieldValue: (name, value) => { values[name] = value; },
  }] };
  window.dispatchEvent(new Event('hs-form-event:on-ready'));`;

describeInBrowser("a form of HubSpot's updated editor", () => {
  const visit = testSite();

  it.each([
    ['gets the id', { [`0-1/${field}`]: '', '0-1/email': '' }, { [`0-1/${field}`]: visitor, '0-1/email': '' }],
    ['keeps what it has', { [`0-1/${field}`]: 'theirs' }, { [`0-1/${field}`]: 'theirs' }],
    ['without the field gets nothing', { '0-1/email': '' }, { '0-1/email': '' }],
  ])("%s through HubSpot's script", async (_what, fields, expected) => {
    const { page } = await visit({ html: '{bridge}' });
    await page.evaluate(hubspotScript(fields));
    await page.evaluate('Promise.resolve()');
    expect(await page.evaluate('window.values')).toEqual(expected);
  });

  it('that was there before the bridge gets the id too', async () => {
    const { page } = await visit({ html: `<script>${hubspotScript({ [`0-1/${field}`]: '' })}</script>{bridge}` });
    expect(await page.evaluate('window.values')).toEqual({ [`0-1/${field}`]: visitor });
  });

  it.each([
    'getForms: () => undefined',
    'getForms: () => 7',
    'getForms() { throw new Error("broken") }',
    'getForms: () => [null, {}]',
    'getForms: () => [{ getFormFieldValues: () => Promise.reject(new Error("broken")) }]',
    'getForms: () => [{ getFormFieldValues: () => "text" }]',
  ])('whose script is another than expected (%s) disturbs nothing', async (api) => {
    const html = `<script>window.HubSpotFormsV4 = { ${api} }</script><form data-hookstitch></form>${bridgeTag()}`;
    const visited = await visit({ html });
    await visited.passTime(60_000);
    expect(await submitted(visited.page)).toBe(visitor);
    expect(visited.complaints).toEqual([]);
  });
});
