import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { StandIn } from '../../src/demo/stand-ins/stand-in.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { printedDestination } from '../docs/any-destination.ts';
import { startPlausible } from '../stand-ins/plausible.ts';
import { startPostHog } from '../stand-ins/posthog.ts';
import { startSlack } from '../stand-ins/slack.ts';
import { type TestGateway, testGateway } from '../support/gateway.ts';

const standIns: StandIn[] = [];
afterEach(async () => {
  for (const standIn of standIns.splice(0)) await standIn.close();
});

async function opened(starting: Promise<StandIn>): Promise<StandIn> {
  const standIn = await starting;
  standIns.push(standIn);
  return standIn;
}

const chrome =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36';

/** Events named by their type; the visitor of `visited…` ones is known by address and browser. */
const mapping = (destination: string): string => `version: 1
name: everything
source: stripe
event:
  name: =$replace(type, "_", " ")
  id: =id
  user: { id: =data.object.customer, anonymous_id: a1, email: ada@example.com, traits: { plan: pro } }
  attributes: { amount: 2900 }
  revenue: { amount: 29, currency: USD }
  context:
    ip: '=$contains(type, "visited") ? "81.2.69.142"'
    user_agent: '=$contains(type, "visited") ? "${chrome}"'
destinations: [${destination}]
`;

interface Delivery {
  readonly id: string;
  readonly status: string;
  readonly reason: string | null;
  readonly last_message: string | null;
}

const gatewayTo = (name: string, settings: JsonObject, dataDir?: string): Promise<TestGateway> =>
  testGateway({
    destinations: { [name]: settings },
    mappings: { 'all.yaml': mapping(name) },
    ...(dataDir === undefined ? {} : { dataDir }),
  });

const deliveries = async (gateway: TestGateway): Promise<readonly Delivery[]> =>
  (await gateway.get<{ items: Delivery[] }>('/api/deliveries')).items;

const settled = (gateway: TestGateway, expected: readonly object[]): Promise<void> =>
  vi.waitFor(async () => expect(await deliveries(gateway)).toMatchObject(expected), { timeout: 20_000, interval: 20 });

const post = (gateway: TestGateway, path: string): Promise<Response> =>
  fetch(`${gateway.adminUrl}/api/${path}`, { method: 'POST', headers: { authorization: `Bearer ${gateway.token}` } });

describe('the PostHog of docs/any-destination.md', () => {
  const keys = { POSTHOG_PROJECT_KEY: 'phc_example' };

  it('receives events under their person, their id and their time', async () => {
    const posthog = await opened(startPostHog('phc_example'));
    const gateway = await gatewayTo('posthog', printedDestination('posthog', posthog.url, keys));
    await gateway.send('evt_1', 'Paid');
    await settled(gateway, [{ status: 'delivered' }]);
    expect(posthog.received[0]?.body).toMatchObject({
      api_key: 'phc_example',
      event: 'Paid',
      distinct_id: 'cus_evt_1',
      properties: {
        amount: 2900,
        revenue: 29,
        currency: 'USD',
        $anon_distinct_id: 'a1',
        $set: { plan: 'pro', email: 'ada@example.com' },
      },
    });
    expect(posthog.distinct()).toEqual([expect.stringMatching(/^[\da-f-]{36}$/)]);
  });

  it('keeps what PostHog drops with a 200, as dead with the reason', async () => {
    const posthog = await opened(startPostHog('phc_example'));
    const gateway = await gatewayTo('posthog', printedDestination('posthog', posthog.url, keys));
    await gateway.send('evt_1', 'Over_Quota');
    await settled(gateway, [
      { status: 'dead', reason: 'filtered', last_message: expect.stringContaining('quota_limited') },
    ]);
  });

  it('takes a test event', async () => {
    const posthog = await opened(startPostHog('phc_example'));
    const gateway = await gatewayTo('posthog', printedDestination('posthog', posthog.url, keys));
    expect(await (await post(gateway, 'destinations/posthog/test')).json()).toMatchObject({ outcome: 'delivered' });
    expect(posthog.received[0]?.body).toMatchObject({ event: 'Hookstitch Test', distinct_id: 'hookstitch-test' });
  });
});

describe('the Plausible of docs/any-destination.md', () => {
  it("receives an event as its visitor's, and skips one of a visitor it could not tell", async () => {
    const plausible = await opened(startPlausible('example.com'));
    const gateway = await gatewayTo('plausible', printedDestination('plausible', plausible.url, {}));
    await gateway.send('evt_1', 'unknown');
    await gateway.send('evt_2', 'visited');
    await settled(gateway, [{ status: 'delivered' }]);
    expect(plausible.received).toMatchObject([
      {
        body: { domain: 'example.com', name: 'visited', url: 'https://example.com/', revenue: { amount: 29 } },
        items: [{ person: `81.2.69.142 ${chrome}` }],
      },
    ]);
  });

  it('has no test event, which is no visitor, and says so', async () => {
    const plausible = await opened(startPlausible('example.com'));
    const gateway = await gatewayTo('plausible', printedDestination('plausible', plausible.url, {}));
    const answer = await post(gateway, 'destinations/plausible/test');
    expect([answer.status, await answer.json()]).toMatchObject([
      400,
      { error: { message: expect.stringMatching(/^nothing to send: Plausible knows visitors by/) } },
    ]);
  });

  it('keeps what Plausible drops with a 202, as dead with the reason', async () => {
    const plausible = await opened(startPlausible('another.example.com'));
    const gateway = await gatewayTo('plausible', printedDestination('plausible', plausible.url, {}));
    await gateway.send('evt_1', 'visited');
    await settled(gateway, [{ status: 'dead', reason: 'filtered' }]);
  });
});

describe('the Slack of docs/any-destination.md', () => {
  const path = '/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX';
  const slackAt = (standIn: StandIn, more: JsonObject = {}): JsonObject => ({
    ...printedDestination('slack', standIn.url, { SLACK_WEBHOOK_PATH: path }),
    ...more,
  });

  it('receives messages in which nothing is markup', async () => {
    const slack = await opened(startSlack(path));
    const gateway = await gatewayTo('slack', slackAt(slack));
    await gateway.send('evt_1', '<!channel>_&_co');
    await settled(gateway, [{ status: 'delivered' }]);
    expect(slack.received[0]?.body).toEqual({ text: '&lt;!channel&gt; &amp; co by ada@example.com' });
  });

  it('keeps everything while the webhook is gone, and tells its path to nobody', async () => {
    const slack = await opened(startSlack(path));
    slack.answerNext({ status: 404, body: `no_service at ${path}` });
    const gateway = await gatewayTo('slack', slackAt(slack));
    await gateway.send('evt_1', 'Paid');
    await settled(gateway, [{ status: 'pending', last_message: expect.stringContaining('refuses the credentials') }]);
    const told = JSON.stringify([
      await deliveries(gateway),
      await gateway.get('/api/destinations'),
      await gateway.get('/api/events'),
      gateway.logged,
    ]);
    expect(told).not.toContain('XXXXXXXX');
  });
});

describe('a request that is written in gateway.yaml', () => {
  const anywhere = (standIn: StandIn, more: JsonObject): JsonObject => ({
    ...{ type: 'http', url: standIn.url, path: '/in', allow_private_address: true, auth: 'basic' },
    ...{ username: 'ada', password: 'a-long-password', ...more },
  });
  const startAnywhere = () => opened(startSlack('/in'));

  it('is redelivered byte for byte, whatever gateway.yaml says by then', async () => {
    const standIn = await startAnywhere();
    standIn.answerNext({ status: 400, body: 'not now' });
    const body = { text: '=$event.name & " " & $id', at: '=$now()', nothing: null };
    const first = await gatewayTo('api', anywhere(standIn, { query: { q: '=$event.id' }, body }));
    await first.send('evt_1', 'Paid');
    await settled(first, [{ status: 'dead' }]);
    const [dead] = await deliveries(first);
    await first.halt();

    const second = await gatewayTo('api', anywhere(standIn, { body: { text: 'another' } }), first.dataDir);
    expect((await post(second, `deliveries/${dead?.id}/redeliver`)).status).toBeLessThan(300);
    await settled(second, [{ status: 'delivered' }]);

    const [before, after] = standIn.requests;
    expect(after).toEqual(before);
    expect(after?.query.get('q')).toBe('evt_1');
    expect(after?.headers['idempotency-key']).toMatch(/^[\da-f-]{36}$/);
    expect(JSON.parse(after?.text ?? '')).toMatchObject({ nothing: null });
  });

  it('never leaves where an event would break its headers or its path', async () => {
    const standIn = await startAnywhere();
    const gateway = await gatewayTo('api', {
      ...anywhere(standIn, { headers: { 'x-name': '=$event.name & "\r\nx-evil: 1"' }, body: { text: 'x' } }),
      path: ['in', '=$event.name'],
    });
    await gateway.send('evt_1', 'Paid');
    await gateway.send('evt_2', '../../admin');
    await settled(gateway, [
      { status: 'dead', reason: 'invalid_payload', last_message: expect.stringMatching(/^path: has a \. or \.\./) },
      {
        status: 'dead',
        reason: 'invalid_payload',
        last_message: expect.stringMatching(/^headers\.x-name: must be one line/),
      },
    ]);
    expect(standIn.requests).toEqual([]);
  });

  it('is sent with credentials that no answer can make us keep', async () => {
    const standIn = await startAnywhere();
    const credential = Buffer.from('ada:a-long-password').toString('base64');
    standIn.answerNext({ status: 400, body: `got Basic ${credential}, a-long-password` });
    const gateway = await gatewayTo('api', anywhere(standIn, { body: { text: 'x' } }));
    await gateway.send('evt_1', 'Paid');
    await settled(gateway, [
      { status: 'dead', last_message: expect.stringContaining('got Basic [redacted], [redacted]') },
    ]);
    expect(standIn.requests[0]?.headers.authorization).toBe(`Basic ${credential}`);
  });

  const apiKey = 'key_of_the_account';
  const keyed = {
    query: { api_secret: '${API_KEY}' },
    headers: { 'x-api-key': 'Token ${API_KEY}' },
    body: { key: '${API_KEY}', text: '=$event.name', said: ['=$event.name'] },
  };

  it('has what its variables hold when it is sent, and nowhere else', async () => {
    const standIn = await startAnywhere();
    standIn.answerNext({ status: 400, body: `no account ${apiKey}` });
    const gateway = await testGateway({
      destinations: { api: anywhere(standIn, keyed) },
      mappings: { 'all.yaml': mapping('api') },
      variables: { API_KEY: apiKey },
    });
    await gateway.send('evt_1', '${API_KEY}');
    await settled(gateway, [{ status: 'dead', last_message: expect.stringContaining('no account [redacted]') }]);
    const [request] = standIn.requests;
    expect(request?.query.get('api_secret')).toBe(apiKey);
    expect(request?.headers['x-api-key']).toBe(`Token ${apiKey}`);
    // What an event says is no variable, whatever it looks like.
    expect(JSON.parse(request?.text ?? '')).toEqual({ key: apiKey, text: '${API KEY}', said: ['${API KEY}'] });

    const [{ id } = { id: '' }] = await deliveries(gateway);
    const { items } = await gateway.get<{ items: readonly { readonly id: string }[] }>('/api/events');
    const event = items[0]?.id;
    const previewed = await fetch(`${gateway.adminUrl}/api/preview`, {
      method: 'POST',
      headers: { authorization: `Bearer ${gateway.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ mapping: mapping('api'), event }),
    });
    const shown = await gateway.get<{ request: { url: string } }>(`/api/deliveries/${id}/request`);
    expect(shown.request.url).toBe(`${standIn.url}/in?api_secret=\${API_KEY}`);
    const told = [
      ...(await Promise.all(
        [`deliveries/${id}`, `events/${event}`, `events/${event}/values`, 'destinations', 'events', 'deliveries'].map(
          (path) => gateway.get(`/api/${path}`),
        ),
      )),
      ...[shown, await previewed.json(), gateway.logged],
    ].map((each) => JSON.stringify(each));
    expect(told.filter((text) => text.includes(apiKey))).toEqual([]);
    expect(told[0]).toContain('Token ${API_KEY}');
    await gateway.halt();
    const kept = await Promise.all(
      (await readdir(gateway.dataDir)).map((file) => readFile(join(gateway.dataDir, file), 'latin1')),
    );
    expect(kept.length).toBeGreaterThan(0);
    expect(kept.filter((content) => content.includes(apiKey))).toEqual([]);
  });

  it('keeps no variable that an answer repeats without the text around it', async () => {
    const standIn = await startAnywhere();
    standIn.answerNext({ status: 400, body: `no account ${apiKey}` });
    const gateway = await testGateway({
      destinations: { api: anywhere(standIn, { headers: { 'x-api-key': 'Token ${API_KEY}' }, body: { text: 'x' } }) },
      mappings: { 'all.yaml': mapping('api') },
      variables: { API_KEY: apiKey },
    });
    await gateway.send('evt_1', 'Paid');
    await settled(gateway, [{ status: 'dead', last_message: expect.stringContaining('no account [redacted]') }]);
  });

  it('has what its variables hold by the time it is redelivered, even under another name', async () => {
    const standIn = await startAnywhere();
    standIn.answerNext({ status: 400, body: 'the key is too old' });
    const options = {
      mappings: { 'all.yaml': mapping('api') },
      variables: { API_KEY: apiKey, NEW_KEY: 'key_that_is_new' },
    };
    const first = await testGateway({ ...options, destinations: { api: anywhere(standIn, keyed) } });
    await first.send('evt_1', 'Paid');
    await settled(first, [{ status: 'dead' }]);
    const [dead] = await deliveries(first);
    await first.halt();

    const renamed = JSON.parse(JSON.stringify(keyed).replaceAll('API_KEY', 'NEW_KEY')) as JsonObject;
    const destinations = { api: anywhere(standIn, renamed) };
    const second = await testGateway({ ...options, destinations, dataDir: first.dataDir });
    await post(second, `deliveries/${dead?.id}/redeliver`);
    await settled(second, [{ status: 'delivered' }]);
    const [, after] = standIn.requests;
    expect(after?.query.get('api_secret')).toBe('key_that_is_new');
    expect(after?.headers['x-api-key']).toBe('Token key_that_is_new');
    expect(JSON.parse(after?.text ?? '')).toMatchObject({ key: 'key_that_is_new', text: 'Paid' });
  });

  it.each(['GET', 'DELETE'])('may be a %s without a body', async (method) => {
    const standIn = await startAnywhere();
    standIn.answerNext({ status: 204 });
    const gateway = await gatewayTo('api', anywhere(standIn, { method, query: { id: '=$event.id' } }));
    await gateway.send('evt_1', 'Paid');
    await settled(gateway, [{ status: 'delivered' }]);
    const [request] = standIn.requests;
    expect([request?.method, request?.text, request?.headers['content-type']]).toEqual([method, '', undefined]);
  });

  it('may go to a private address only where the destination says so', async () => {
    const standIn = await startAnywhere();
    const gateway = await gatewayTo('api', {
      ...anywhere(standIn, { body: { text: 'x' } }),
      allow_private_address: false,
    });
    await gateway.send('evt_1', 'Paid');
    await settled(gateway, [{ last_message: expect.stringContaining('allow_private_address') }]);
    expect(standIn.requests).toEqual([]);
  });
});
