import { describe, expect, it } from 'vitest';
import { createLog, type Log } from '../../src/log.ts';
import { GatewayError } from '../../src/model/error.ts';
import { callrail } from '../../src/sources/callrail.ts';
import { hubspot } from '../../src/sources/hubspot.ts';
import type { Source } from '../../src/sources/source.ts';
import { stripe } from '../../src/sources/stripe.ts';
import { now } from '../sources/raw-request.ts';
import { testAdmin } from '../support/admin.ts';
import { type ClientRequest, request } from '../support/http-client.ts';
import { configured, publicUrl, type TestReceiver, testReceiver } from '../support/receiver.ts';
import { connect, exchange } from '../support/wire.ts';

/** Stands for everything secret or personal: whatever a test sends, signs or configures holds it. */
const canary = 'c4n4ry';
const secret = `whsec_${canary}_of_a_source`;
const adminToken = `${canary}-is-the-token-of-the-operator`;
/** What would be a line of its own if it were not escaped. */
const injection = `\r\n{"level":"error","event":"${canary}"}\r\n`;
const person = { name: canary, email: `${canary}@example.com`, [canary]: injection, id: `evt_${canary}${injection}` };

/** The log as the gateway writes it, at its most talkative. */
function captured(): { readonly log: Log; readonly lines: () => readonly string[] } {
  const written: string[] = [];
  const log = createLog({ level: 'trace', pretty: false, destination: { write: (text) => void written.push(text) } });
  return { log, lines: () => written };
}

const eventsIn = (lines: readonly string[]): readonly unknown[] => lines.map((line) => JSON.parse(line).event);

const sourceWithSecret = (source: Source) => configured(source, { secret: [secret] });

async function loggingReceiver(log: Log): Promise<TestReceiver> {
  const off = { ...configured(callrail, { secret: [] }), name: 'off', off: `${canary} is not set` };
  return await testReceiver({
    log,
    sources: [stripe, callrail, hubspot].map(sourceWithSecret).concat(off),
    limits: { headersTimeout: 1_000, requestTimeout: 1_000, connectionsCheckingInterval: 20 },
  });
}

const canaryHeaders = {
  'User-Agent': canary,
  'X-Forwarded-For': canary,
  Authorization: `Bearer ${canary}`,
  Cookie: `session=${canary}`,
  [`X-${canary}`]: '{"level":"error"}',
};

/** A genuine request, but for what a test changes. */
function post(source: Source, body: string, changes: Readonly<Record<string, string | readonly string[]>> = {}) {
  const url = `${publicUrl}/in/${source.name}?${canary}=${canary}`;
  const headers = source.sign({ method: 'POST', url, body: Buffer.from(body) }, secret, now);
  return { method: 'POST', headers: { ...canaryHeaders, ...headers, ...changes }, body } satisfies ClientRequest;
}

describe('the log', () => {
  it('holds nothing secret or personal, and nothing but whole lines, whatever is asked of the receiver', async () => {
    const { log, lines } = captured();
    const receiver = await loggingReceiver(log);
    const send = (path: string, sent: ClientRequest) => request(`${receiver.url}${path}?${canary}=${canary}`, sent);
    const json = JSON.stringify(person);
    const statuses: number[] = [];
    for (const [path, sent] of [
      ['/in/stripe', post(stripe, json)],
      ['/in/stripe', post(stripe, json)],
      ['/in/stripe', post(stripe, JSON.stringify({ ...person, id: `evt_${canary}`, type: canary }))],
      ['/in/stripe', post(stripe, JSON.stringify({ ...person, object: 'v2.core.event', type: canary, id: canary }))],
      ['/in/callrail', post(callrail, `<${canary}>${injection}`)],
      ['/in/callrail', post(callrail, `${'['.repeat(70)}"${canary}"${']'.repeat(70)}`)],
      ['/in/hubspot', post(hubspot, JSON.stringify([{ ...person, subscriptionType: canary, eventId: 1 }]))],
      ['/in/hubspot', post(hubspot, JSON.stringify(Array(101).fill(person)))],
      [`/in/callrail/${canary}`, post(callrail, json)],
      ['/in/stripe', post(stripe, json, { 'stripe-signature': '' })],
      ['/in/stripe', post(stripe, json, { 'stripe-signature': canary })],
      ['/in/stripe', post(stripe, json, { 'stripe-signature': [canary, canary] })],
      ['/in/callrail', { ...post(callrail, json), body: canary }],
      ['/in/hubspot', post(hubspot, '[]', { 'x-hubspot-request-timestamp': canary })],
      [`/in/${canary}`, post(stripe, json)],
      [`/in/${encodeURIComponent(injection)}`, post(stripe, json)],
      [`/in/callrail/${encodeURIComponent(injection)}`, post(callrail, json)],
      [`/in/stripe/%zz${canary}`, post(stripe, json)],
      [`/${canary}`, post(stripe, json)],
      [
        '/in/stripe',
        { ...post(stripe, json), method: 'DELETE', headers: { ...canaryHeaders, 'content-length': '0' }, body: '' },
      ],
      ['/in/stripe', post(stripe, json, { 'content-encoding': canary })],
      ['/in/off', post(callrail, json)],
    ] satisfies readonly (readonly [string, ClientRequest])[]) {
      statuses.push((await send(path, sent)).status);
    }
    expect(statuses.toSorted()).toEqual([
      ...Array(9).fill(200),
      ...Array(5).fill(401),
      ...Array(5).fill(404),
      405,
      415,
      503,
    ]);
    const head = `POST /in/stripe?${canary} HTTP/1.1\r\nHost: ${canary}\r\n`;
    const unreadable = [
      `${head}Content-Length: 9999999\r\n\r\n`,
      `${head}${canary}\r\n\r\n`,
      `${head}X: ${canary.repeat(3_000)}\r\n\r\n`,
      `${head}Expect: ${canary}\r\n\r\n`,
      `${head}Content-Length: 100\r\n\r\n${canary}`,
      `${head}Transfer-Encoding: chunked\r\n\r\n${canary}`,
      `POST http://[${canary}/in/stripe HTTP/1.1\r\nHost: ${canary}\r\nConnection: close\r\n\r\n`,
    ];
    await Promise.all(unreadable.map((text) => exchange(receiver.port, text)));
    const gone = await connect(receiver.port);
    gone.send(`${head}Content-Length: 100\r\n\r\n${canary}`);
    gone.cut();
    await receiver.store.close();
    expect((await send('/in/stripe', post(stripe, json))).status).toBe(503);
    expect((await request(`${receiver.url}/readyz?${canary}`)).status).toBe(503);

    expect(eventsIn(lines())).toEqual([
      ...Array(9).fill('event.received'),
      ...Array(5).fill('request.refused'),
      ...Array(2).fill('store.unavailable'),
    ]);
    expectSafe(lines());
  });

  it('holds nothing secret or personal, whatever is asked of the API', async () => {
    const { log, lines } = captured();
    const receiver = await loggingReceiver(log);
    await request(`${receiver.url}/in/stripe?${canary}=${canary}`, post(stripe, JSON.stringify(person)));
    const { url } = await testAdmin(receiver, { log, token: adminToken });
    const ask = async (path: string, token: string) =>
      (await request(`${url}${path}`, { headers: { ...canaryHeaders, authorization: `Bearer ${token}` } })).status;
    expect(await ask(`/api/events?query=${canary}`, adminToken)).toBe(400);
    expect(await ask(`/api/events?q=${canary}`, adminToken)).toBe(200);
    expect(await ask(`/api/events/${encodeURIComponent(injection)}`, adminToken)).toBe(404);
    expect(await ask(`/api/deliveries?cursor=${canary}`, adminToken)).toBe(400);
    expect(await ask(`/${canary}`, adminToken)).toBe(404);
    expect(await ask('/api/stats', canary)).toBe(401);
    await receiver.store.close();
    expect(await ask(`/api/events?type=${canary}`, adminToken)).toBe(503);
    expect(eventsIn(lines())).toEqual(['event.received', 'store.unavailable']);
    expectSafe(lines());
  });

  function expectSafe(lines: readonly string[]): void {
    for (const line of lines) {
      expect(line.toLowerCase()).not.toContain(canary);
      expect(line.indexOf('\n')).toBe(line.length - 1);
      expect(JSON.parse(line)).toMatchObject({
        level: expect.any(Number),
        time: expect.any(String),
        event: expect.any(String),
      });
    }
  }

  it('says what was stored and what was refused, in counts and reasons', async () => {
    const { log, lines } = captured();
    const receiver = await testReceiver({ log });
    await receiver.post(stripe, '{"id":"evt_1","type":"x"}');
    await receiver.post(stripe, '{"id":"evt_1","type":"x"}');
    await request(`${receiver.url}/in/callrail`, { method: 'POST' });
    const told = lines().map((line) => ({ ...JSON.parse(line), time: undefined }));
    expect(told).toEqual([
      { level: 30, event: 'event.received', source: 'stripe', accepted: 1, duplicates: 0 },
      { level: 30, event: 'event.received', source: 'stripe', accepted: 0, duplicates: 1 },
      { level: 40, event: 'request.refused', source: 'callrail', reason: 'missing_signature' },
    ]);
  });
});

describe('a defect', () => {
  it.each<[string, Error]>([
    ['an error', new TypeError('x is not a function')],
    ['a fault of the inside', new GatewayError('INTERNAL', 'the store failed: x is not a function')],
  ])('is answered 500 without a word about it, and logged with its cause: %s', async (_name, defect) => {
    const { log, lines } = captured();
    const receiver = await testReceiver({
      log,
      store: {
        recordRequest: () => Promise.reject(defect),
        ping: () => Promise.reject(defect),
        condition: () => Promise.reject(defect),
      },
    });
    const answers = [await receiver.post(stripe, '{"id":"evt_1","type":"x"}'), await request(`${receiver.url}/readyz`)];
    for (const answer of answers) {
      expect(answer).toMatchObject({
        status: 500,
        text: '{"error":{"code":"internal","message":"something went wrong"}}',
      });
    }
    expect(eventsIn(lines())).toEqual(['request.failed', 'request.failed']);
    for (const line of lines()) expect(line).toContain('x is not a function');
    expect(await receiver.metrics.text()).toContain('{source="stripe",outcome="internal"} 1');
  });
});
