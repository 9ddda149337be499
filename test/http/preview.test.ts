import { describe, expect, it } from 'vitest';
import { testGateway } from '../support/gateway.ts';
import { type ClientAnswer, request } from '../support/http-client.ts';

const mapping = `version: 1
name: Any
source: stripe
event:
  name: =type
  user: { id: =data.object.custmer }
destinations:
  debug: {}
`;
const fixed = mapping.replace('custmer', 'customer');
const body = {
  id: 'evt_1',
  object: 'event',
  type: 'invoice.paid',
  created: 1795219200,
  data: { object: { customer: 'cus_1' } },
};

async function gateway() {
  const running = await testGateway({ destinations: { debug: { type: 'console' } }, mappings: { 'any.yaml': fixed } });
  const post = (json: unknown, headers: Readonly<Record<string, string>> = {}): Promise<ClientAnswer> =>
    request(`${running.adminUrl}/api/preview`, {
      method: 'POST',
      headers: { authorization: `Bearer ${running.token}`, ...headers },
      body: typeof json === 'string' ? json : JSON.stringify(json),
    });
  return { ...running, post };
}

const stitching = `version: 1
name: Any
source: stripe
event:
  name: =type
  user: { fallback_id: =data.object.customer, email: =data.object.email }
stitch: [email]
destinations: [debug]
`;
const linkFirst = `version: 1
name: First
source: stripe
event:
  name: =type
  user: { anonymous_id: =data.object.visitor, email: ada@example.com }
stitch: [email]
destinations: [debug]
`;

interface Items {
  readonly items: readonly { readonly id: string }[];
}

describe('POST /api/preview', () => {
  it('translates a body without storing or sending anything', async () => {
    const { post, get, shown } = await gateway();

    const { status, text } = await post({ mapping: fixed, event: { body } });

    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({
      mapping: 'preview.yaml',
      outcome: 'translated',
      problems: [],
      fields: [
        { path: 'event.name', expression: 'type', value: 'invoice.paid', at: { line: 5, column: 9 } },
        { path: 'event.user.id', value: 'cus_1' },
      ],
      items: [{ event: { name: 'invoice.paid' }, destinations: [{ destination: 'debug', ok: true }] }],
    });
    expect(await get<Items>('/api/events')).toMatchObject({ items: [] });
    expect(shown).toEqual([]);
  });

  it('takes an event that was received by its id', async () => {
    const { post, get, send } = await gateway();
    await send('evt_of_stripe', 'invoice.voided');
    const { items } = await get<Items>('/api/events');

    const { text } = await post({ mapping: fixed, event: items[0]?.id });

    expect(JSON.parse(text)).toMatchObject({
      event: { id: items[0]?.id, type: 'invoice.voided' },
      outcome: 'translated',
    });
  });

  it('explains what yields nothing', async () => {
    const { post } = await gateway();
    const { text } = await post({ mapping, event: { body } });
    expect(JSON.parse(text)).toMatchObject({
      outcome: 'failed',
      message: expect.stringContaining('neither id nor anonymous_id'),
      fields: [
        {},
        {
          path: 'event.user.id',
          result: 'nothing',
          why: '"custmer" is not in data.object; did you mean "customer"?',
        },
      ],
    });
  });

  it('answers 200 with the problems of a text that is no mapping', async () => {
    const { post } = await gateway();
    const { status, text } = await post({ mapping: `${fixed}nam: x\n`, file: 'mine.yaml', event: { body } });
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({
      mapping: 'mine.yaml',
      outcome: 'invalid',
      problems: [{ severity: 'error', at: { file: 'mine.yaml', line: 9, column: 1 } }],
    });
  });

  it('answers 200 with the reason where the source cannot read the body', async () => {
    const { post } = await gateway();
    const { status, text } = await post({ mapping: fixed, event: { body: { no: 'event' } } });
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({
      outcome: 'unreadable',
      message: expect.stringContaining('A Stripe event has an `id` and a `type`'),
    });
  });

  it('is not for those without the token', async () => {
    const { post } = await gateway();
    expect(await post({ mapping: fixed, event: { body } }, { authorization: 'Bearer wrong' })).toMatchObject({
      status: 401,
    });
  });

  it.each([
    ['no JSON', '{', 400, 'request_invalid', 'JSON'],
    ['a body nested too deeply', '['.repeat(70) + ']'.repeat(70), 400, 'request_invalid', 'nested deeper'],
    ['no mapping', { event: { body } }, 400, 'request_invalid', 'mapping: '],
    ['no event', { mapping: fixed }, 400, 'request_invalid', 'event: must be the id'],
    ['what it does not know', { mapping: fixed, event: { body }, send: true }, 400, 'request_invalid', 'send'],
    ['a path for a name', { mapping: fixed, file: '../a.yaml', event: { body } }, 400, 'request_invalid', 'file: '],
    [
      'a mapping that is too long',
      { mapping: 'x'.repeat(65 * 1024), event: { body } },
      400,
      'request_invalid',
      '64 KB',
    ],
    ['an event that is not there', { mapping: fixed, event: 'evt_none' }, 404, 'event_not_found', 'evt_none'],
    ['more than 512 KB', { mapping: fixed, event: { body: 'x'.repeat(512 * 1024) } }, 413, 'body_too_large', '512 KB'],
  ])('refuses %s', async (_what, given, status, code, message) => {
    const { post } = await gateway();
    const answer = await post(given);
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.text)).toMatchObject({ error: { code, message: expect.stringContaining(message) } });
  });

  it('does not hold up events, whatever is tried out', { timeout: 90_000 }, async () => {
    const { post, send, get, shown } = await gateway();
    const bomb = fixed.replace('=type', `'=$match("${'a'.repeat(40)}!", /^(a+)+$/)'`);

    // One after the other, and each for as long as one may take.
    let areAnswered = false;
    const previews = Array.from({ length: 3 }, () => post({ mapping: bomb, event: { body } }));
    const previewed = Promise.all(previews).finally(() => {
      areAnswered = true;
    });
    expect(await send('evt_meanwhile')).toBe(200);
    await expect.poll(() => shown.length, { interval: 10 }).toBe(1);
    expect(areAnswered).toBe(false);

    for (const answer of await previewed)
      expect(JSON.parse(answer.text)).toMatchObject({
        outcome: 'failed',
        message: expect.stringContaining('took longer'),
      });
    expect(await get('/api/stats')).toMatchObject({ events: { translated: 1 } });
  });
});

describe('whose an event is', () => {
  const ada = { ...body, data: { object: { customer: 'cus_1', email: 'ada@example.com' } } };

  /** A gateway whose store has a visitor of ada@example.com. */
  async function linked() {
    const running = await testGateway({
      destinations: { debug: { type: 'console' } },
      mappings: { 'first.yaml': linkFirst.replace('=data.object.visitor', 'a1') },
    });
    await running.send('evt_first');
    await expect.poll(async () => (await running.get<{ stitching: object }>('/api/stats')).stitching).not.toEqual({});
    const post = (path: string, json: unknown) =>
      request(`${running.adminUrl}${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${running.token}` },
        body: JSON.stringify(json),
      });
    return { ...running, post };
  }

  it('is shown in a preview by what is linked now', async () => {
    const { post } = await linked();
    const { text } = await post('/api/preview', { mapping: stitching, event: { body: ada } });
    expect(JSON.parse(text)).toMatchObject({
      items: [
        {
          event: { user: { id: 'cus_1', anonymous_id: 'a1' } },
          stitch: { user_id: { from: 'stable_id' }, anonymous_id: { from: 'link', via: 'email', source: 'stripe' } },
        },
      ],
    });
  });

  it('is answered by POST /api/resolve', async () => {
    const { post } = await linked();
    const items = [[{ kind: 'email', value: 'Ada@Example.com' }], [{ kind: 'email', value: 'bob@example.com' }], []];
    const { status, text } = await post('/api/resolve', { items });
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({
      items: [{ user_id: null, anonymous_id: 'a1' }, { anonymous_id: null }, { anonymous_id: null }],
    });
  });

  it('is refused where the question is none', async () => {
    const { post } = await linked();
    const { status, text } = await post('/api/resolve', { items: [[{ kind: 'email' }]] });
    expect(status).toBe(400);
    expect(JSON.parse(text).error.message).toContain('items.0.0.value');
  });
});
