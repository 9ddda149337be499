import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/model/clock.ts';
import { stripe } from '../../src/sources/stripe.ts';
import { describeInBrowser } from '../support/browser.ts';
import { openConsole, type TestConsole } from '../support/console.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';
import { hostileKeys, hostileTexts } from '../support/hostile-texts.ts';
import { stripeSecret } from '../support/stripe-sender.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const sent = `version: 1
name: sent
source: stripe
event:
  name: =type
  id: =id
  user: { id: =data.object.customer, email: =data.object.customer }
  attributes: { note: =data.object.note, all: =data.object }
stitch: [email]
destinations: [segment]
`;
const failing = `version: 1
name: failing
source: stripe
when: =$exists(data.object.fails)
event:
  name: =$require(nothing, data.object.note)
  user: { id: =data.object.customer }
destinations: [segment]
`;

const ordinary = 'what ordinary people write';

interface Sent {
  readonly properties: { readonly note: string };
}

/** It answers with what it was sent, as a page, and takes only what is ordinary. */
async function echo(): Promise<string> {
  const server = createServer(async (request, response) => {
    const { properties } = JSON.parse((await request.toArray()).join('')) as Sent;
    response.writeHead(properties.note === ordinary ? 200 : 400, { 'content-type': 'text/html' });
    response.end(properties.note);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface Story extends TestConsole {
  readonly gateway: TestGateway;
  /** What came to pass that must not: dialogs, requests to elsewhere, errors, reports of the content policy. */
  readonly wrongs: readonly string[];
}

async function story(): Promise<Story> {
  const folder = await temporaryFolder({ 'sent.yaml': sent, 'failing.yaml': failing });
  const segment = {
    type: 'segment',
    url: await echo(),
    write_key: 'a-write-key-of-theirs',
    allow_private_address: true,
  };
  const gateway = await testGateway({ destinations: { segment }, mappings: { folder } });
  for (const { id, text } of hostileTexts) await send(gateway, id, text);
  await send(gateway, 'ordinary', ordinary);
  const opened = await openConsole(gateway);
  return { ...opened, gateway, wrongs: watch(opened.page, gateway, opened.faults) };
}

/** The text is in every place that a sender fills. */
async function send({ url }: TestGateway, id: string, text: string): Promise<void> {
  const keys = Object.fromEntries(hostileKeys.map((key) => [key, text]));
  const object = { customer: text, note: text, [text]: text, list: [{ [text]: [text] }], ...keys };
  const fails = hostileTexts.findIndex((each) => each.id === id) % 2 === 0 ? { fails: true } : {};
  const written = { id: `evt_${id}${text}`, type: text, data: { object: { ...object, ...fails } } };
  const body = JSON.stringify(written).replace('"data":', '"__proto__":{"polluted":true},"data":');
  const headers = stripe.sign({ method: 'POST', url, body: Buffer.from(body) }, stripeSecret, systemClock.now());
  const header = encodeURI(text).replace(/%(?:20|22|3C|3E|60)/g, decodeURIComponent);
  const query = new URLSearchParams({ note: text });
  const answer = await fetch(`${url}/in/stripe?${query}`, {
    ...{ method: 'POST', body, headers: { 'content-type': 'application/json', 'x-note': header, ...headers } },
  });
  expect(answer.status).toBe(200);
}

function watch(page: Page, { adminUrl }: TestGateway, faults: readonly string[]): readonly string[] {
  const wrongs: string[] = [];
  page.on('dialog', (dialog) => {
    // The playground's own question about what is not saved.
    if (dialog.type() === 'beforeunload') return void dialog.accept();
    wrongs.push(`dialog: ${dialog.message()}`);
    return void dialog.dismiss();
  });
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(`${adminUrl}/`) && !url.startsWith('data:image/')) wrongs.push(`request: ${url}`);
  });
  return new Proxy(wrongs, { get: (own, name) => Reflect.get([...own, ...faults], name) });
}

/** What would be there if something had been taken for markup. */
const tracesOfMarkup = `({
  elements: document.querySelectorAll('iframe, object, embed, math, base, form[action], meta[http-equiv], img:not(.cm-widgetBuffer), [srcdoc], [onerror], [onload], [onfocus], [ontoggle], [onclick]').length,
  scripts: document.querySelectorAll('script:not([src])').length,
  links: [...document.querySelectorAll('a[href]')].filter(({ protocol, origin }) => protocol !== 'blob:' && origin !== location.origin && !/^https:\\/\\/(docs|dashboard)\\.stripe\\.com$/.test(origin)).map(({ href }) => href),
  polluted: ({}).polluted === undefined ? 0 : 1,
})`;
const none = { elements: 0, scripts: 0, links: [], polluted: 0 };

interface Listed {
  readonly items: readonly { readonly id: string; readonly type: string }[];
}

interface Group {
  readonly destination: string;
  readonly source: string;
  readonly reason: string;
  readonly cause: string;
}

interface Groups {
  readonly deliveries: readonly Group[];
  readonly events: readonly Group[];
}

/** A type with control characters is none: that event has no other name than `unknown`. */
const shown = hostileTexts.filter(({ text }) => !text.includes('\0'));

/** Twenty events of hostile people, in view after view. */
const patience = { timeout: 240_000 };

describeInBrowser('what hostile senders write into every field', () => {
  it('is text in the views of events, and nothing else', patience, async () => {
    const { page, gateway, open, wrongs } = await story();
    await open('/events', 'Events');
    const rows = page.locator('tbody tr');
    await expect.poll(() => rows.count(), { timeout: 20_000 }).toBe(hostileTexts.length + 1);
    for (const { id } of shown) await rows.filter({ hasText: id }).waitFor();
    expect(await page.evaluate(tracesOfMarkup)).toEqual(none);

    const { items } = await gateway.get<Listed>('/api/events?limit=100');
    for (const { id, type } of items) {
      const name = shown.find(({ text }) => text === type)?.id;
      if (name === undefined) continue;
      await page.goto(`${gateway.adminUrl}/events/${id}`);
      await page.locator('h1', { hasText: name }).waitFor();
      await page.locator('.values').getByText(name).first().waitFor();
      await page.locator('.delivery .attempt, .delivery [role=tabpanel]').getByText(name).first().waitFor();
      for (const closed of await page.getByRole('button', { name: 'Open all' }).all()) await closed.click();
      await page.getByRole('treeitem').filter({ hasText: '__proto__' }).first().waitFor();
      expect(await page.evaluate(tracesOfMarkup)).toEqual(none);
    }
    expect(wrongs).toEqual([]);
  });

  it('is text where it is tried out, searched for, mended and told of', patience, async () => {
    const { page, gateway, open, wrongs } = await story();
    const isClean = async (): Promise<void> => {
      await expect.poll(() => page.locator('.bone').count(), { timeout: 20_000 }).toBe(0);
      expect(await page.evaluate(tracesOfMarkup), page.url()).toEqual(none);
    };
    const { items } = await gateway.get<Listed>('/api/events?limit=100');
    const [, first, second] = items;
    for (const [event, mapping] of [
      [first, 'sent.yaml'],
      [second, 'failing.yaml'],
    ] as const) {
      await open(`/playground?event=${event?.id}&mapping=${mapping}`, 'Playground');
      await page
        .getByRole('tree', { name: 'body' })
        .getByText(/hostile/)
        .first()
        .waitFor();
      await page.locator('.ghost').first().waitFor();
      await page.getByRole('button', { name: /^Choose an event/ }).click();
      await page
        .getByRole('dialog')
        .getByText(/hostile/)
        .first()
        .waitFor();
      await isClean();
    }
    await open(`/playground?event=${first?.id}&create=1`, 'Playground');
    await page.locator('.cm-line', { hasText: 'events:' }).waitFor();
    await isClean();

    for (const path of ['/', '/problems', '/destinations/segment']) {
      await page.goto(`${gateway.adminUrl}${path}`);
      await page
        .getByText(/hostile/)
        .first()
        .waitFor();
      await isClean();
    }
    const { deliveries, events } = await gateway.get<Groups>('/api/problems');
    expect(deliveries.length + events.length).toBeGreaterThan(hostileTexts.length);
    for (const { destination, reason, cause } of deliveries) {
      await open(`/problems/dead?${new URLSearchParams({ destination, reason, cause })}`, 'Dead at segment');
      await page.getByText('The last one').waitFor();
      await isClean();
    }
    for (const { source, reason, cause } of events) {
      await open(`/problems/failed?${new URLSearchParams({ source, reason, cause })}`, 'Failed from stripe');
      await page.getByRole('button', { name: 'Plan a replay' }).waitFor();
      await isClean();
    }
    for (const { id, text } of hostileTexts) {
      await open(`/people?${new URLSearchParams({ identifier: text })}`, 'People');
      await page.getByText(id).first().waitFor();
      await isClean();
    }
    for (const { text } of hostileTexts) {
      await open(`/events?${new URLSearchParams({ q: text, type: text })}`, 'Events');
      await isClean();
    }
    expect(wrongs).toEqual([]);
  });
});
