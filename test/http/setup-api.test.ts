import { describe, expect, it, onTestFinished } from 'vitest';
import { createSender } from '../../src/delivery/send.ts';
import { destinations } from '../../src/destinations/index.ts';
import { amend, emptyLibrary, type Finding } from '../../src/mapping/library.ts';
import type { Json } from '../../src/model/json.ts';
import { sendSample } from '../../src/pipeline/send-sample.ts';
import { callrail } from '../../src/sources/callrail.ts';
import { hubspot } from '../../src/sources/hubspot.ts';
import { sourceNamed } from '../../src/sources/index.ts';
import { stripe } from '../../src/sources/stripe.ts';
import { definitionOf } from '../mapping/definitions.ts';
import { now, secret } from '../sources/raw-request.ts';
import { draft, letDie, testAdmin, token, translateAll } from '../support/admin.ts';
import { request } from '../support/http-client.ts';
import { configured, publicUrl, testReceiver } from '../support/receiver.ts';

const itemsOf = (answer: Json): readonly Json[] => (answer as { readonly items: readonly Json[] }).items;

describe('GET /api/mappings', () => {
  const definition = (text: string, file: string) =>
    definitionOf(`${text}event: { name: Paid, user: { id: u } }\n`, file);

  const good = (file: string, text: string): Finding => ({
    file,
    kind: 'good',
    definition: definition(text, file),
    problems: [],
  });

  const refused = (file: string): Finding => ({
    file,
    kind: 'refused',
    problems: [
      {
        severity: 'error',
        code: 'mapping/unreadable',
        message: 'cannot be read',
        at: { file: `mappings/${file}`, line: 3, column: 9 },
        hint: 'see that it is there',
      },
    ],
    failingTests: [
      {
        file,
        index: 0,
        name: 'it pays',
        durationMs: 1,
        failures: [{ kind: 'value', message: 'console.name: expected A, received B', from: [], says: [] }],
      },
    ],
  });

  const answered = async (...findings: readonly Finding[]) => {
    const library = findings.reduce((before, finding) => amend(before, [finding], now), emptyLibrary);
    const { json } = await testAdmin(await testReceiver(), { mappings: () => library });
    return itemsOf(await json('/api/mappings'));
  };

  it('tells of a mapping in force what it is for', async () => {
    const text = 'events: [order.paid, order.refunded]\ndestinations: { console: {}, segment: {} }\n';
    expect(await answered(good('a.yaml', text))).toEqual([
      {
        file: 'a.yaml',
        name: 'A test',
        status: 'live',
        version: definition(text, 'a.yaml').version,
        loaded_at: now.toISOString(),
        enabled: true,
        source: 'shop',
        events: ['order.paid', 'order.refunded'],
        destinations: ['console', 'segment'],
        problems: [],
        failing_tests: [],
      },
    ]);
  });

  it('tells of a broken file where and why, beside the version that still serves', async () => {
    const text = 'destinations: [console]\n';
    expect(await answered(good('a.yaml', text), refused('a.yaml'))).toMatchObject([
      {
        status: 'refused',
        version: definition(text, 'a.yaml').version,
        events: ['*'],
        problems: [
          {
            severity: 'error',
            line: 3,
            column: 9,
            code: 'mapping/unreadable',
            message: 'cannot be read',
            hint: 'see that it is there',
          },
        ],
        failing_tests: [{ name: 'it pays', failures: ['console.name: expected A, received B'] }],
      },
    ]);
  });

  it('tells of a file that never was good that nothing of it serves', async () => {
    expect(await answered(refused('a.yaml'))).toMatchObject([
      { file: 'a.yaml', name: null, status: 'refused', version: null, loaded_at: null, enabled: null, source: null },
    ]);
  });

  it('tells of a gateway.yaml that was saved since the start, too', async () => {
    const at = { file: 'mappings/gateway.yaml', line: 3, column: 19 };
    const problem = {
      severity: 'error',
      code: 'config/unknown-type',
      message: 'unknown type',
      hint: 'stripe?',
    } as const;
    const gatewayFile = () => ({ status: 'refused', problems: [{ ...problem, at }] }) as const;
    const { json } = await testAdmin(await testReceiver(), { gatewayFile });
    expect(await json('/api/mappings')).toEqual({
      items: [],
      gateway_file: { status: 'refused', problems: [{ ...problem, line: 3, column: 19 }] },
      read_only: 'this gateway was given its mappings without a folder',
    });
  });

  it('tells of a mapping that is not enabled, and lists by file', async () => {
    const text = 'destinations: [console]\n';
    expect(await answered(good('b.yaml', `enabled: false\n${text}`), good('a.yaml', text))).toMatchObject([
      { file: 'a.yaml', status: 'live', enabled: true },
      { file: 'b.yaml', status: 'disabled', enabled: false },
    ]);
  });
});

describe('GET /api/sources', () => {
  const file = { sources: [configured(stripe)], destinations: [] };

  it('tells what to paste where', async () => {
    const { json } = await testAdmin(await testReceiver(), {
      file,
      publicUrl,
      localUrl: () => 'http://localhost:8080',
    });
    const [item] = itemsOf(await json('/api/sources'));
    expect(item).toMatchObject({ name: 'stripe', type: 'stripe', title: 'Stripe', url: `${publicUrl}/in/stripe` });
    const { setup } = item as { readonly setup: readonly string[] };
    expect(setup).toContain(`Enter ${publicUrl}/in/stripe as the endpoint URL.`);
    expect(setup.join('\n')).toContain(' localhost:8080/in/stripe ');
    expect(setup.join('\n')).not.toMatch(/<(url|local)>/);
  });

  it('gives the URL that is registered with the sender where there is one, and a path where nobody said where we are', async () => {
    const sources = [
      { ...configured(hubspot, { public_url: 'https://proxy.example.com/hubspot' }), name: 'crm' },
      { ...configured(callrail), name: 'calls' },
    ];
    const { json } = await testAdmin(await testReceiver(), { file: { sources, destinations: [] } });
    expect(itemsOf(await json('/api/sources'))).toMatchObject([
      { name: 'crm', type: 'hubspot', url: 'https://proxy.example.com/hubspot' },
      { name: 'calls', type: 'callrail', url: '/in/calls' },
    ]);
  });

  it('says why a source is off, and shows no secret', async () => {
    const sources = [{ ...configured(stripe), off: 'STRIPE_WEBHOOK_SECRET is not set' }];
    const { json } = await testAdmin(await testReceiver(), { file: { sources, destinations: [] } });
    const answer = await json('/api/sources');
    expect(itemsOf(answer)).toMatchObject([{ off: 'STRIPE_WEBHOOK_SECRET is not set' }]);
    expect(JSON.stringify(answer)).not.toContain(secret);
  });

  it('tells when the last event came, and what was refused and why', async () => {
    const receiver = await testReceiver();
    const { json } = await testAdmin(receiver, { file });
    expect(itemsOf(await json('/api/sources'))).toMatchObject([{ last_event_at: null, refused: {} }]);
    await receiver.post(stripe, JSON.stringify({ id: 'evt_1', type: 'invoice.paid' }));
    await receiver.post(callrail, '{}', 'post_call');
    for (let count = 0; count < 2; count += 1) await request(`${receiver.url}/in/stripe`, { method: 'POST' });
    await request(`${receiver.url}/in/stripe`, { method: 'POST', headers: { 'content-encoding': 'gzip' }, body: 'x' });
    expect(itemsOf(await json('/api/sources'))).toMatchObject([
      { last_event_at: now.toISOString(), refused: { missing_signature: 2, encoding_unsupported: 1 } },
    ]);
  });
});

describe('a source with two secrets', () => {
  it('tells how many it accepts and which one was used last', async () => {
    const [older, newer] = ['older-secret-of-enough-characters', 'newer-secret-of-enough-characters'] as const;
    const rotating = configured(stripe, { secret: [older, newer] });
    const receiver = await testReceiver({ sources: [rotating] });
    const { json } = await testAdmin(receiver, { file: { sources: [rotating], destinations: [] } });
    const answered = async () => itemsOf(await json('/api/sources'));
    expect(await answered()).toMatchObject([{ secrets: 2, secret_used: null, accepted: 0 }]);
    const send = async (secretOfSender: string, id: string) => {
      const body = JSON.stringify({ id, type: 'invoice.paid' });
      const url = `${publicUrl}/in/stripe`;
      const headers = stripe.sign({ method: 'POST', url, body: Buffer.from(body) }, secretOfSender, now);
      return await request(`${receiver.url}/in/stripe`, { method: 'POST', headers, body });
    };
    for (const [number, secretOfSender] of [older, newer].entries()) {
      expect(await send(secretOfSender, `evt_${number}`)).toMatchObject({ status: 200 });
      expect(await answered()).toMatchObject([{ secret_used: { number: number + 1, at: now.toISOString() } }]);
    }
    expect(await answered()).toMatchObject([{ accepted: 2, events: { received: 2, failed: 0 } }]);
  });
});

describe('POST /api/sources/:name/sample', () => {
  const post = (url: string, body?: string) =>
    request(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      ...(body !== undefined && { body }),
    });

  const form = sourceNamed('mandrill') ?? expect.fail('no such source');
  const adminOver = async (off: string | null = null) => {
    const sources = [
      { ...configured(stripe, off === null ? {} : { secret: [] }), off },
      ...[configured(hubspot), configured(form)],
    ];
    const receiver = await testReceiver({ sources });
    const sender = createSender();
    onTestFinished(() => sender.close());
    const { store } = receiver;
    const clock = { now: () => now };
    return {
      receiver,
      ...(await testAdmin(receiver, {
        sendSample: (wanted) =>
          sendSample(wanted, { sources, store, sender, clock, publicUrl, localUrl: () => receiver.url }),
      })),
    };
  };

  it('sends what the sender would send, and names the event that came of it', async () => {
    const { url, receiver } = await adminOver();
    const { status, text } = await post(`${url}/api/sources/stripe/sample`);
    const [event] = await receiver.events();
    expect([status, JSON.parse(text)]).toEqual([
      200,
      {
        ...{ sample: stripe.samples[0]?.name, status: 200, accepted: 1, duplicates: 0 },
        ...{ event_id: event?.id, message: null },
      },
    ]);
  });

  it('sends the one that is asked for', async () => {
    const { url, receiver } = await adminOver();
    const { text } = await post(`${url}/api/sources/hubspot/sample`, '{"sample":"workflow"}');
    const [event] = await receiver.events();
    expect(event).toMatchObject({ source: 'hubspot', type: 'workflow' });
    expect(JSON.parse(text)).toMatchObject({ sample: 'workflow', event_id: event?.id });
  });

  it('sends a form where the sender does', async () => {
    const { url, receiver } = await adminOver();
    const { text } = await post(`${url}/api/sources/mandrill/sample`);
    const [event] = await receiver.events();
    expect(JSON.parse(text)).toMatchObject({ status: 200, event_id: event?.id });
  });

  it('says what there is instead of one that is not, and why a source is off', async () => {
    const { url } = await adminOver('STRIPE_WEBHOOK_SECRET is not set');
    expect(JSON.parse((await post(`${url}/api/sources/hubspot/sample`, '{"sample":"x"}')).text)).toMatchObject({
      error: { code: 'request_invalid', hint: 'samples: lifecyclestage, workflow' },
    });
    expect(JSON.parse((await post(`${url}/api/sources/shop/sample`)).text)).toMatchObject({
      error: { code: 'source_unknown' },
    });
    expect(JSON.parse((await post(`${url}/api/sources/stripe/sample`)).text)).toMatchObject({
      error: { code: 'source_not_configured', message: expect.stringContaining('STRIPE_WEBHOOK_SECRET is not set') },
    });
  });
});

describe('GET /api/destinations', () => {
  const debug = { name: 'debug', destination: destinations.console, settings: destinations.console.sample, off: null };

  it('tells how each is doing', async () => {
    const receiver = await testReceiver();
    await receiver.post(stripe, JSON.stringify({ id: 'evt_1', type: 'invoice.paid' }));
    await translateAll(receiver, () => ({ runs: [], drafts: [draft('debug'), draft('debug')] }));
    const idle = { ...debug, name: 'idle', off: 'SEGMENT_WRITE_KEY is not set' };
    const { json } = await testAdmin(receiver, { file: { sources: [], destinations: [debug, idle] } });
    const circuit = { state: 'closed', trouble: null, message: null, since: null, probe_at: null };
    const { type, ...settings } = destinations.console.sample;
    const none = { pending: 0, in_flight: 0, delivered: 0, dead: 0, cancelled: 0 };
    expect(itemsOf(await json('/api/destinations'))).toEqual([
      {
        name: 'debug',
        type: 'console',
        title: 'Console',
        off: null,
        settings,
        last_dead: null,
        deliveries: { ...none, pending: 2 },
        oldest_pending_at: now.toISOString(),
        paused_at: null,
        circuit,
      },
      {
        name: 'idle',
        type: 'console',
        title: 'Console',
        off: 'SEGMENT_WRITE_KEY is not set',
        settings,
        last_dead: null,
        deliveries: none,
        oldest_pending_at: null,
        paused_at: null,
        circuit,
      },
    ]);
  });

  it('shows of a secret no more than how a long one ends', async () => {
    const { segment, usermaven } = destinations;
    const writeKey = 'write-key-of-many-characters-WXYZ';
    const targets = [
      { name: 'segment', destination: segment, settings: { ...segment.sample, write_key: writeKey }, off: null },
      {
        name: 'usermaven',
        destination: usermaven,
        settings: { ...usermaven.sample, server_token: 'short' },
        off: null,
      },
    ];
    const { json } = await testAdmin(await testReceiver(), { file: { sources: [], destinations: targets } });
    const answer = await json('/api/destinations');
    expect(itemsOf(answer)).toMatchObject([
      { settings: { url: 'https://api.segment.io', write_key: '••••••••WXYZ' } },
      { settings: { api_key: usermaven.sample.api_key, server_token: '••••••••' } },
    ]);
    expect(JSON.stringify(answer)).not.toMatch(/many-characters|short/);
  });

  it('tells what died last', async () => {
    const receiver = await testReceiver();
    await receiver.post(stripe, JSON.stringify({ id: 'evt_1', type: 'invoice.paid' }));
    await translateAll(receiver, () => ({ runs: [], drafts: [draft('debug')] }));
    const { id } = await letDie(receiver.store, 'debug', 'answered 400');
    const { json } = await testAdmin(receiver, { file: { sources: [], destinations: [debug] } });
    expect(itemsOf(await json('/api/destinations'))).toMatchObject([
      { last_dead: { at: now.toISOString(), reason: 'rejected', cause: 'answered <n>', delivery_id: id } },
    ]);
  });

  it('does not hide deliveries to one that is configured no more', async () => {
    const receiver = await testReceiver();
    await receiver.post(stripe, JSON.stringify({ id: 'evt_1', type: 'invoice.paid' }));
    await translateAll(receiver, () => ({ runs: [], drafts: [draft('gone')] }));
    const { json } = await testAdmin(receiver, { file: { sources: [], destinations: [debug] } });
    expect(itemsOf(await json('/api/destinations'))).toMatchObject([
      { name: 'debug', deliveries: { pending: 0 } },
      { name: 'gone', type: null, off: 'gateway.yaml does not name it', deliveries: { pending: 1 } },
    ]);
  });
});
