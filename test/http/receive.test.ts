import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { callrail } from '../../src/sources/callrail.ts';
import { hubspot } from '../../src/sources/hubspot.ts';
import type { Source } from '../../src/sources/source.ts';
import { stripe } from '../../src/sources/stripe.ts';
import { fixtureBytes, fixtureJson, now, secret } from '../sources/raw-request.ts';
import { type ClientAnswer, request } from '../support/http-client.ts';
import { configured, publicUrl, signedPost, type TestReceiver, testReceiver } from '../support/receiver.ts';

const event = (id: string) => JSON.stringify({ id, type: 'invoice.paid' });
const hubspotEvent = (eventId: number) => ({
  eventId,
  subscriptionType: 'contact.creation',
  occurredAt: 1_793_534_400_000,
});
const batch = (...eventIds: readonly number[]) => JSON.stringify(eventIds.map(hubspotEvent));
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

const receiptOf = ({ status, text }: ClientAnswer): unknown => (status === 200 ? JSON.parse(text) : status);

/** The one stored event, with its request. */
async function storedEvent({ events, store }: TestReceiver) {
  const [summary, ...others] = await events();
  expect(others).toEqual([]);
  return summary === undefined ? expect.unreachable('nothing is stored') : await store.getEvent(summary.id);
}

describe('a genuine request', () => {
  it('is answered 200 with the number of events that are new', async () => {
    const { status, headers, text } = await (await testReceiver()).post(stripe, event('evt_1'));
    expect(status).toBe(200);
    expect(text).toBe('{"accepted":1,"duplicates":0}');
    expect(headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'content-length': '29',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
  });

  it('is stored with its exact bytes', async () => {
    const receiver = await testReceiver();
    const body = fixtureBytes('callrail/form-submission.captured-2023.scrubbed.raw.json');
    await receiver.post(callrail, body, 'form_captured');
    const stored = await storedEvent(receiver);
    expect(stored).toMatchObject({
      source: 'callrail',
      type: 'form_captured',
      status: 'received',
      request: { method: 'POST', kind: 'form_captured', url: `${publicUrl}/in/callrail/form_captured`, item: null },
    });
    expect(stored?.request.body).toEqual(Buffer.from(body));
  });

  it('is stored with its headers, without those that may be credentials', async () => {
    const receiver = await testReceiver();
    const { headers, ...post } = signedPost(callrail, '{}');
    const credentials = {
      Authorization: 'Bearer x',
      Cookie: 'a=b',
      'Proxy-Authorization': 'Basic x',
      'X-API-Key': 'x',
    };
    const others = { 'User-Agent': 'CallRail', 'X-Forwarded-For': ['192.0.2.1', '192.0.2.2'] };
    await request(`${receiver.url}/in/callrail`, { ...post, headers: { ...headers, ...credentials, ...others } });
    const stored = await storedEvent(receiver);
    expect(stored?.request.headers).toEqual({
      host: `127.0.0.1:${receiver.port}`,
      connection: 'close',
      'content-length': '2',
      'content-type': 'application/json',
      'user-agent': 'CallRail',
      'x-forwarded-for': '192.0.2.1, 192.0.2.2',
      signature: headers.signature,
    });
  });

  it('may have headers named like members of every object', async () => {
    const receiver = await testReceiver();
    const { headers, ...post } = signedPost(callrail, '{}');
    const names = { ['__proto__']: 'a', constructor: 'b', 'has-own-property': 'c', tostring: 'd' };
    await request(`${receiver.url}/in/callrail`, { ...post, headers: { ...headers, ...names } });
    const stored = await storedEvent(receiver);
    expect(Object.entries(stored?.request.headers ?? {})).toEqual(expect.arrayContaining(Object.entries(names)));
  });

  it('takes its public URL from the configuration and not from what a client can write', async () => {
    const receiver = await testReceiver();
    const { headers, ...post } = signedPost(hubspot, batch(1));
    const claims = { Host: 'evil.example', 'X-Forwarded-Host': 'evil.example', 'X-Forwarded-Proto': 'http' };
    const answer = await request(`${receiver.url}/in/hubspot`, { ...post, headers: { ...headers, ...claims } });
    expect(receiptOf(answer)).toEqual({ accepted: 1, duplicates: 0 });
    expect((await storedEvent(receiver))?.request.url).toBe(`${publicUrl}/in/hubspot`);
  });

  it('may have a query, which is kept and which some signatures cover', async () => {
    const receiver = await testReceiver({ sources: [configured(hubspot), configured(callrail)] });
    const query = '?portal=1&x=%2F&x=&constructor=2';
    const { headers, body } = signedPost(callrail, '{}');
    expect((await request(`${receiver.url}/in/callrail${query}`, { method: 'POST', headers, body })).status).toBe(200);
    expect((await storedEvent(receiver))?.request.url).toBe(`${publicUrl}/in/callrail${query}`);
    const uncovered = signedPost(hubspot, batch(1));
    expect((await request(`${receiver.url}/in/hubspot${query}`, uncovered)).status).toBe(401);
  });

  it('counts as sent to the URL that its source is registered under, where that is another', async () => {
    const public_url = 'https://example.com/webhooks/hubspot/';
    const receiver = await testReceiver({ sources: [configured(hubspot, { public_url })] });
    const body = Buffer.from(batch(1));
    const headers = hubspot.sign({ method: 'POST', url: `${public_url}?portal=1`, body }, secret, now);
    const answer = await request(`${receiver.url}/in/hubspot?portal=1`, { method: 'POST', headers, body });
    expect(receiptOf(answer)).toEqual({ accepted: 1, duplicates: 0 });
    expect((await storedEvent(receiver))?.request.url).toBe(`${public_url}?portal=1`);
  });

  it.each([
    ['with a type that is wrong', { 'content-type': 'text/plain' }],
    ['with a type that names another charset', { 'content-type': 'application/json; charset=utf-16' }],
    ['with a method that an intermediary would override', { 'x-http-method-override': 'GET' }],
  ])('is accepted %s: only its bytes count', async (_name, extra) => {
    const receiver = await testReceiver();
    const post = signedPost(stripe, event('evt_1'));
    const answer = await request(`${receiver.url}/in/stripe`, { ...post, headers: { ...post.headers, ...extra } });
    expect(receiptOf(answer)).toEqual({ accepted: 1, duplicates: 0 });
  });
});

describe('an event that comes again', () => {
  it('is answered 200 and stored once', async () => {
    const receiver = await testReceiver();
    expect(receiptOf(await receiver.post(stripe, event('evt_1')))).toEqual({ accepted: 1, duplicates: 0 });
    expect(receiptOf(await receiver.post(stripe, event('evt_1')))).toEqual({ accepted: 0, duplicates: 1 });
    expect(await receiver.events()).toHaveLength(1);
  });

  it('is stored once when twenty copies arrive at the same time', async () => {
    const receiver = await testReceiver();
    const answers = await Promise.all(upTo(20).map(() => receiver.post(stripe, event('evt_1'))));
    const receipts = answers.map(receiptOf);
    expect(receipts.filter((receipt) => JSON.stringify(receipt) === '{"accepted":1,"duplicates":0}')).toHaveLength(1);
    expect(receipts.filter((receipt) => JSON.stringify(receipt) === '{"accepted":0,"duplicates":1}')).toHaveLength(19);
    expect(await receiver.events()).toHaveLength(1);
  });

  it('is another event at another source', async () => {
    const receiver = await testReceiver({ sources: [configured(stripe), { ...configured(stripe), name: 'second' }] });
    const post = signedPost(stripe, event('evt_1'));
    for (const name of ['stripe', 'second']) {
      expect(receiptOf(await request(`${receiver.url}/in/${name}`, post))).toEqual({ accepted: 1, duplicates: 0 });
    }
    expect(await receiver.events()).toHaveLength(2);
  });
});

describe('a batch', () => {
  it('of a hundred is a hundred events', async () => {
    const receiver = await testReceiver();
    expect(receiptOf(await receiver.post(hubspot, batch(...upTo(100))))).toEqual({ accepted: 100, duplicates: 0 });
    expect(await receiver.events()).toHaveLength(100);
  });

  it('tells its new events from the known ones', async () => {
    const receiver = await testReceiver();
    await receiver.post(hubspot, batch(...upTo(60)));
    expect(receiptOf(await receiver.post(hubspot, batch(...upTo(100))))).toEqual({ accepted: 40, duplicates: 60 });
    expect(receiptOf(await receiver.post(hubspot, batch(101, 101)))).toEqual({ accepted: 1, duplicates: 1 });
    expect(await receiver.events()).toHaveLength(101);
  });

  it('keeps an element that is no event as a failed one, beside the others', async () => {
    const receiver = await testReceiver();
    const body = JSON.stringify([hubspotEvent(1), { eventId: 2 }]);
    expect(receiptOf(await receiver.post(hubspot, body))).toEqual({ accepted: 2, duplicates: 0 });
    const states = (await receiver.events()).map(({ status, reason }) => ({ status, reason }));
    expect(states).toEqual(
      expect.arrayContaining([
        { status: 'received', reason: null },
        { status: 'failed', reason: 'not_an_event' },
      ]),
    );
  });
});

describe('a genuine body that cannot be used', () => {
  const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;

  it.each<[string, Source, string | Uint8Array, string]>([
    ['that is no JSON', stripe, '<html>', 'not_json'],
    ['that is empty', callrail, '', 'not_json'],
    ['that is a form', callrail, 'a=1&b=2', 'not_json'],
    ['in another encoding', callrail, Uint8Array.from([0x22, 0xe9, 0x22]), 'not_json'],
    ['nested deeper than 64 levels', callrail, nested(65), 'too_deep'],
    ['as deep as a bomb', hubspot, nested(100_000), 'too_deep'],
    [
      'that is a thin event',
      stripe,
      JSON.stringify(fixtureJson('stripe/events/thin.v1.customer.created.constructed.json')),
      'thin_event',
    ],
    ['without id and type', stripe, '{}', 'not_an_event'],
    ['of a hundred and one events', hubspot, batch(...upTo(101)), 'too_many_events'],
    ['of no events', hubspot, '[]', 'not_an_event'],
  ])('%s is answered 200 and kept as a failed event', async (_name, source, body, reason) => {
    const receiver = await testReceiver();
    expect(receiptOf(await receiver.post(source, body))).toEqual({ accepted: 1, duplicates: 0 });
    const stored = await storedEvent(receiver);
    expect(stored).toMatchObject({ source: source.name, status: 'failed', reason, message: expect.any(String) });
    expect(stored?.request.body).toEqual(Buffer.from(body));
    expect(receiptOf(await receiver.post(source, body))).toEqual({ accepted: 0, duplicates: 1 });
  });

  it('is refused like any other when it is not genuine', async () => {
    const receiver = await testReceiver();
    const post = signedPost(stripe, '<html>');
    expect((await request(`${receiver.url}/in/stripe`, { ...post, body: '<html!' })).status).toBe(401);
    expect(await receiver.events()).toEqual([]);
  });
});

describe('a refused signature', () => {
  const refusedText = '{"error":{"code":"signature_refused","message":"the signature was refused"}}';
  const { headers, body } = signedPost(hubspot, batch(1));
  const stale = hubspot.sign(
    { method: 'POST', url: '', body },
    'a-secret-of-16-chars',
    new Date('2020-01-01T00:00:00Z'),
  );

  it.each<[string, Readonly<Record<string, string | readonly string[]>>]>([
    ['missing_signature', {}],
    ['missing_signature', { ...headers, 'x-hubspot-signature-v3': '' }],
    ['malformed_signature', { ...headers, 'x-hubspot-signature-v3': 'x' }],
    ['malformed_signature', { ...headers, 'x-hubspot-request-timestamp': 'yesterday' }],
    ['bad_signature', { ...headers, 'x-hubspot-request-timestamp': '1793534400001' }],
    ['bad_signature', stale],
    ['ambiguous_signature', { ...headers, 'x-hubspot-request-timestamp': ['1793534400000', '1793534400000'] }],
  ])('(%s) is counted by its reason, which the answer does not tell', async (outcome, given) => {
    const receiver = await testReceiver();
    const answer = await request(`${receiver.url}/in/hubspot`, { method: 'POST', headers: given, body });
    expect(answer).toMatchObject({ status: 401, text: refusedText });
    expect(await receiver.events()).toEqual([]);
    expect(await receiver.metrics.text()).toContain(
      `hookstitch_requests_total{source="hubspot",outcome="${outcome}"} 1`,
    );
  });

  it('(stale_timestamp) is answered alike', async () => {
    const receiver = await testReceiver({ clock: { now: () => new Date('2026-11-01T12:05:00.001Z') } });
    expect(await receiver.post(hubspot, batch(1))).toMatchObject({ status: 401, text: refusedText });
    expect(await receiver.metrics.text()).toContain('{source="hubspot",outcome="stale_timestamp"} 1');
  });
});

describe('what cannot be stored now', () => {
  it('is answered 503 by a source without a secret, so that its sender tries again', async () => {
    const off = 'STRIPE_WEBHOOK_SECRET is not set';
    const receiver = await testReceiver({ sources: [{ ...configured(stripe, { secret: [] }), off }] });
    const answer = await receiver.post(stripe, event('evt_1'));
    expect(answer).toMatchObject({
      status: 503,
      headers: { 'retry-after': '60' },
      text: '{"error":{"code":"source_not_configured","message":"this source is not configured yet"}}',
    });
    expect(await receiver.events()).toEqual([]);
  });

  const unavailable = {
    status: 503,
    headers: { 'retry-after': '60' },
    text: '{"error":{"code":"store_unavailable","message":"the event cannot be stored now; send it again"}}',
  };

  it('is answered 503 while the store is closed', async () => {
    const receiver = await testReceiver();
    await receiver.store.close();
    expect(await receiver.post(stripe, event('evt_1'))).toMatchObject(unavailable);
  });

  it('is answered 503 while somebody else holds the lock, and 200 once it is free', async () => {
    const receiver = await testReceiver();
    const other = new Database(join(receiver.dataDir, 'hookstitch.db'));
    onTestFinished(() => void other.close());
    other.exec('begin immediate');
    expect(await receiver.post(stripe, event('evt_1'))).toMatchObject(unavailable);
    expect(await receiver.post(stripe, event('evt_1'))).toMatchObject(unavailable);
    other.exec('rollback');
    expect(receiptOf(await receiver.post(stripe, event('evt_1')))).toEqual({ accepted: 1, duplicates: 0 });
  });

  it('is not even looked for while the signature is wrong', async () => {
    const receiver = await testReceiver();
    await receiver.store.close();
    expect((await request(`${receiver.url}/in/stripe`, { method: 'POST' })).status).toBe(401);
  });
});

describe('whoever translates', () => {
  it('is told after the commit, once for each request with new events', async () => {
    const storedWhenTold: Promise<number>[] = [];
    const receiver: TestReceiver = await testReceiver({
      recorded: () => storedWhenTold.push(receiver.events().then(({ length }) => length)),
    });
    await receiver.post(stripe, event('evt_1'));
    await receiver.post(hubspot, batch(1, 2, 3));
    expect(await Promise.all(storedWhenTold)).toEqual([1, 4]);
  });

  it('is not told of what is known, refused or not stored', async () => {
    let told = 0;
    const receiver = await testReceiver({ recorded: () => (told += 1) });
    await receiver.post(stripe, event('evt_1'));
    await receiver.post(stripe, event('evt_1'));
    await request(`${receiver.url}/in/stripe`, { method: 'POST' });
    await receiver.store.close();
    await receiver.post(stripe, event('evt_2'));
    expect(told).toBe(1);
  });
});
