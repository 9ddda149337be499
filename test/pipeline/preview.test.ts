import { afterAll, describe, expect, it } from 'vitest';
import { environmentFrom } from '../../src/config/environment.ts';
import { readGatewayFile } from '../../src/config/gateway-file.ts';
import { PreviewEvaluator } from '../../src/mapping/evaluator/preview-evaluator.ts';
import type { Json } from '../../src/model/json.ts';
import { type Preview, type PreviewRequest, preview, type Told } from '../../src/pipeline/preview.ts';
import { inlineEvent, storedEvent } from '../../src/pipeline/preview-event.ts';
import { previewJson } from '../../src/pipeline/preview-json.ts';
import type { EventDetail } from '../../src/store/store.ts';

const now = new Date('2026-11-21T00:00:00Z');
const evaluator = new PreviewEvaluator();
afterAll(() => evaluator.stop());

const gatewayText = `version: 1
sources:
  stripe: { type: stripe, secret: whsec_of_a_stripe_endpoint }
  hubspot: { type: hubspot, secret: of_a_hubspot_app }
destinations:
  segment: { type: segment, write_key: k3y_of_segment }
  usermaven: { type: usermaven, api_key: "\${MISSING:-}", server_token: "\${MISSING:-}" }
  debug: { type: console }
vars: { site: example.com }
`;
const file = readGatewayFile('gateway.yaml', gatewayText, {
  environment: environmentFrom({}),
  publicUrl: 'https://hooks.example.com',
});

const previewOf = (text: string, event: PreviewRequest['event']): Promise<Preview> =>
  preview(
    { mapping: { name: 'a.yaml', shown: 'mappings/a.yaml', text }, event },
    {
      ...file,
      interprets: false,
      clock: { now: () => now },
      evaluate: (setup, claimed, facts) => evaluator.evaluate(setup, claimed, facts),
    },
  );

async function told(text: string, body: Json = payment): Promise<Told> {
  const result = await previewOf(text, { body });
  if (!('event' in result)) throw new Error(`${result.outcome}: ${JSON.stringify(result.problems)}`);
  return result;
}

const payment = {
  id: 'evt_1',
  object: 'event',
  type: 'invoice.paid',
  created: 1795219200,
  data: { object: { customer_email: 'ada@example.com', amount_paid: 2900, currency: 'usd', metadata: {} } },
};

const head = 'version: 1\nname: Paid\nsource: stripe\nevents: invoice.paid\n';
const event = 'event:\n  name: Paid\n  user: { id: =data.object.customer_email }\n';

describe('a preview', () => {
  it('tells what every value came to, where it stands, and why it is empty', async () => {
    const text = `${head}when: =data.object.amount_paid > 0
let:
  email: =data.object.custmer_email
event:
  name: Paid
  id: =id
  user:
    id: =$firstOf($email, "somebody")
    email: =$email
destinations:
  debug:
    merge: { site: =$vars.site }
`;
    const { fields, outcome, message, at } = await told(text);

    expect({ outcome, message, at }).toEqual({ outcome: 'translated', message: null, at: null });
    const why = '"custmer_email" is not in data.object; did you mean "customer_email"?';
    const place = (line: number, column: number) => ({ file: 'mappings/a.yaml', line, column });
    expect(
      fields.map(({ path, expression, result, at: where }) => [path.join('.'), expression, result, where]),
    ).toEqual([
      ['let.email', 'data.object.custmer_email', { kind: 'nothing', why }, place(7, 10)],
      ['when', 'data.object.amount_paid > 0', { kind: 'value', value: true }, place(5, 7)],
      ['event.name', null, { kind: 'value', value: 'Paid' }, place(9, 9)],
      ['event.id', 'id', { kind: 'value', value: 'evt_1' }, place(10, 7)],
      ['event.user.id', '$firstOf($email, "somebody")', { kind: 'value', value: 'somebody' }, place(12, 9)],
      ['event.user.email', '$email', { kind: 'nothing', why: `$email yields nothing, because ${why}` }, place(13, 12)],
      ['destinations.debug.merge.site', '$vars.site', { kind: 'value', value: 'example.com' }, place(16, 20)],
    ]);
  });

  it('has the canonical event and the payload of every destination', async () => {
    const { items } = await told(`${head}${event}destinations: [segment, debug]\n`);

    expect(items).toMatchObject([
      {
        event: { name: 'Paid', user: { id: 'ada@example.com' } },
        destinations: [
          {
            destination: 'segment',
            off: null,
            outcome: 'payload',
            outgoingId: expect.stringMatching(/^[\da-f-]{36}$/),
            payload: { type: 'track', event: 'Paid', userId: 'ada@example.com' },
            problems: [],
          },
          { destination: 'debug', outcome: 'payload' },
        ],
      },
    ]);
  });

  it('says what a destination would refuse, at the place in the mapping that it comes from', async () => {
    const text = `${head}${event}destinations:
  segment:
    merge:
      userId: =data.object.amount_paid
`;
    const { items } = await told(text);

    expect(items[0]?.destinations).toMatchObject([
      { problems: [{ path: 'userId', message: expect.any(String), at: { line: 11, column: 15 } }] },
    ]);
  });

  it('shows a destination that is off with what it lacks from its sample', async () => {
    const { items } = await told(`${head}${event}destinations: [usermaven]\n`);

    expect(items[0]?.destinations).toMatchObject([
      { off: 'MISSING is not set', outcome: 'payload', problems: [], payload: { event_type: 'Paid' } },
    ]);
  });

  it('shows a mapping that is not enabled as if it were', async () => {
    expect(await told(`${head}enabled: false\n${event}destinations: [debug]\n`)).toMatchObject({
      outcome: 'translated',
    });
  });

  it('has an item for each of for_each', async () => {
    const text = `${head}for_each: =data.lines
event: { name: =$item.name, user: { id: =$item.usr } }
destinations: [debug]
`;
    const { items, fields } = await told(text, {
      ...payment,
      data: {
        lines: [
          { name: 'a', user: 1 },
          { name: 'b', usr: 2 },
        ],
      },
    });

    expect(fields.filter(({ path }) => path.at(-1) === 'id').map(({ item, result }) => [item, result])).toEqual([
      [0, { kind: 'nothing', why: '"usr" is not in $item; did you mean "user"?' }],
      [1, { kind: 'value', value: 2 }],
    ]);
    expect(items).toMatchObject([
      {
        event: null,
        destinations: [{ outcome: 'failed', message: expect.stringContaining('neither id nor anonymous_id') }],
      },
      { event: { name: 'b' }, destinations: [{ outcome: 'payload' }] },
    ]);
  });

  it.each([
    {
      what: 'skips by when',
      text: `${head}when: =data.object.amount_paid > 5000\n${event}destinations: [debug]\n`,
      end: { outcome: 'skipped', message: '=data.object.amount_paid > 5000 gives false', at: { line: 5, column: 7 } },
    },
    {
      what: 'skips by $skip',
      text: `${head}event: { name: Paid, user: { id: '=data.object.vid ?? $skip("nobody")' } }\ndestinations: [debug]\n`,
      end: { outcome: 'skipped', message: 'nobody', at: { line: 5, column: 35 } },
    },
    {
      what: 'fails',
      text: `${head}event:\n  name: Paid\n  user: { id: =$number("x") }\ndestinations: [debug]\n`,
      end: { outcome: 'failed', message: expect.stringContaining('event.user.id: '), at: { line: 7, column: 15 } },
    },
    {
      what: 'is for other events',
      text: `${head.replace('invoice.paid', 'invoice.voided')}${event}destinations: [debug]\n`,
      end: {
        outcome: 'unmatched',
        message: 'the mapping is for stripe events of type invoice.voided; this one is stripe invoice.paid',
        at: { line: 4, column: 9 },
      },
    },
  ])('says that a mapping $what, and where', async ({ text, end }) => {
    expect(await told(text)).toMatchObject({ ...end, items: [] });
  });

  it('marks what was never reached', async () => {
    const { fields } = await told(`${head}when: =id = "evt_2"\n${event}destinations: [debug]\n`);
    expect(fields.map(({ result }) => result.kind)).toEqual(['value', 'value', 'not_evaluated']);
  });

  it('tells of a destination that is skipped or fails without the others', async () => {
    const text = `${head}${event}destinations:
  debug: { when: =id = "evt_2" }
  segment: { merge: { a: =$number("x") } }
  usermaven: {}
`;
    const { items } = await told(text);
    expect(items[0]?.destinations).toMatchObject([
      { outcome: 'skipped', message: '=id = "evt_2" gives false' },
      { outcome: 'failed', message: expect.stringContaining('number'), at: { line: 10, column: 26 } },
      { outcome: 'payload' },
    ]);
  });

  it('is the problems alone where the text is no mapping', async () => {
    expect(await previewOf(`${head}nam: x\n`, { body: payment })).toMatchObject({
      outcome: 'invalid',
      problems: expect.arrayContaining([
        expect.objectContaining({ severity: 'error', at: { file: 'mappings/a.yaml', line: 5, column: 1 } }),
      ]),
    });
  });

  it('says when and why the source cannot read the body', async () => {
    expect(await previewOf(`${head}${event}destinations: [debug]\n`, { body: { no: 'event' } })).toMatchObject({
      outcome: 'unreadable',
      message: 'stripe cannot read the body: A Stripe event has an `id` and a `type`; this body lacks one.',
    });
  });

  it('contains an expression that never ends, and goes on', async () => {
    const bomb = `${head}when: '=$match("${'a'.repeat(40)}!", /^(a+)+$/) = 1'\n${event}destinations: [debug]\n`;
    expect(await told(bomb)).toMatchObject({
      outcome: 'failed',
      message: expect.stringContaining('took longer than'),
      at: null,
    });
    expect(await told(`${head}${event}destinations: [debug]\n`)).toMatchObject({ outcome: 'translated' });
  });

  it('keeps many large values in another process', async () => {
    const lets = Array.from({ length: 300 }, (_, index) => `  v${index}: =data`).join('\n');
    const { fields, outcome } = await told(`${head}let:\n${lets}\n${event}destinations: [debug]\n`, {
      ...payment,
      data: { ...payment.data, text: 'x'.repeat(50_000) },
    });
    expect(outcome).toBe('translated');
    expect(JSON.stringify(fields).length).toBeLessThan(1_500_000);
    expect(fields.find(({ path }) => path.at(-1) === 'v299')?.result).toEqual({
      kind: 'value',
      value: '(too large to show)',
    });
  });

  it('as JSON has snake_case keys and null for what is not', async () => {
    const json = previewJson(await told(`${head}${event}destinations: [debug]\n`));
    expect(json).toMatchObject({
      mapping: 'a.yaml',
      outcome: 'translated',
      message: null,
      event: { source: 'stripe', type: 'invoice.paid', external_id: 'evt_1', received_at: now.toISOString() },
      fields: expect.arrayContaining([
        expect.objectContaining({ path: 'event.user.id', keys: ['event', 'user', 'id'], result: 'value', why: null }),
      ]),
      items: [{ destinations: [{ ok: true, outgoing_id: expect.any(String) }] }],
    });
    expect(previewJson(await previewOf('nam: x', { body: {} }))).toMatchObject({
      outcome: 'invalid',
      event: null,
      items: [],
    });
  });
});

describe('an event to preview', () => {
  const [stripe, hubspot] = file.sources;
  const about = { id: 'evt_a', receivedAt: now } as const;
  const change = { eventId: 1, subscriptionId: 2, portalId: 3, appId: 4, occurredAt: 1795219200000, objectId: 5 };
  const changed = { ...change, subscriptionType: 'contact.propertyChange', propertyName: 'a', propertyValue: 'b' };

  it('may be one element of a list, or the whole list', () => {
    if (hubspot === undefined) throw new Error('no hubspot');
    expect(inlineEvent({ body: changed }, hubspot, about)).toMatchObject({
      type: 'contact.propertyChange',
      item: null,
    });
    expect(inlineEvent({ body: [changed, changed] }, hubspot, about)).toMatchObject({
      type: 'contact.propertyChange',
      item: 0,
      bodyText: JSON.stringify([changed, changed]),
    });
  });

  it('has the type and headers that are given with it', () => {
    if (stripe === undefined) throw new Error('no stripe');
    const given = { body: payment, type: 'other', headers: { 'X-Shop': 'a' } };
    expect(inlineEvent(given, stripe, about)).toMatchObject({
      type: 'other',
      kind: 'other',
      headers: { 'x-shop': 'a' },
    });
  });

  it('may come from the store, unless its body is no JSON', () => {
    const stored = (body: string): EventDetail => ({
      ...{
        id: 'evt_a',
        source: 'stripe',
        type: 'a',
        externalId: 'x',
        occurredAt: now,
        receivedAt: now,
        tries: 1,
        runs: [],
      },
      ...{ status: 'translated', reason: null, message: null, wait: null, deliveries: [] },
      request: {
        kind: null,
        method: 'POST',
        url: '/in/stripe?a=1',
        headers: { a: 'b' },
        body: Buffer.from(body),
        item: null,
      },
    });
    expect(storedEvent(stored('{"a":1}'))).toEqual({
      ...{ id: 'evt_a', source: 'stripe', type: 'a', externalId: 'x', occurredAt: now, receivedAt: now },
      ...{ kind: null, url: '/in/stripe?a=1', headers: { a: 'b' }, item: null, bodyText: '{"a":1}' },
    });
    expect(storedEvent(stored('{"a":'))).toBeUndefined();
  });
});
