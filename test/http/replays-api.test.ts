import { describe, expect, it } from 'vitest';
import type { Json } from '../../src/model/json.ts';
import type { ReplayOrder } from '../../src/model/replay.ts';
import type { ReplayPlan } from '../../src/pipeline/replay-plan.ts';
import { stripe } from '../../src/sources/stripe.ts';
import { now } from '../sources/raw-request.ts';
import { testAdmin, token, translateAll } from '../support/admin.ts';
import { request } from '../support/http-client.ts';
import { testReceiver } from '../support/receiver.ts';

const plan: ReplayPlan = {
  total: 3,
  translated: 1,
  unmatched: 0,
  failed: 1,
  delayed: 1,
  unusable: 2,
  fates: { new: 0, again: 1, left_delivered: 0, left_under_way: 0, left_out: 0 },
  joins: 0,
  changed: { again: 1, left_delivered: 0 },
  changedSample: [
    {
      eventId: 'evt_1',
      destination: 'segment',
      outgoingId: 'o',
      fate: 'again',
      changes: [
        { path: 'a', before: 1, after: null },
        { path: 'b', after: 2 },
      ],
    },
  ],
  newSample: [],
  repeated: [{ destination: 'segment', was: 'old.yaml', now: 'new.yaml', count: 7 }],
  failures: [{ cause: 'no <n>', count: 1, example: 'evt_2' }],
};

const deadWith = (key: object, others: object = {}): Json =>
  JSON.parse(
    JSON.stringify({
      filter: { dead: { destination: 'segment', reason: 'rejected', cause: 'answered <n>', ...key }, ...others },
    }),
  );

/** An API over one event that matched nothing, one that is not JSON and one that is on its way. */
async function adminWithEvents() {
  const receiver = await testReceiver();
  const idOfNewest = async () => (await receiver.events())[0]?.id ?? 'evt_none';
  await receiver.post(stripe, JSON.stringify({ id: 'evt_1', type: 'invoice.paid' }));
  await translateAll(receiver, () => ({ runs: [], why: 'no mapping' }));
  const unmatched = await idOfNewest();
  await receiver.post(stripe, '{not json');
  await receiver.post(stripe, JSON.stringify({ id: 'evt_2', type: 'invoice.paid' }));
  const events = await receiver.events();
  const idOf = (status: string) => events.find((event) => event.status === status)?.id ?? 'evt_none';
  const started: string[] = [];
  const planned: ReplayOrder[] = [];
  const admin = await testAdmin(receiver, {
    file: { sources: [], destinations: [{ name: 'segment' } as never] },
    replayStarted: (id) => started.push(id),
    planReplay: async (order) => {
      planned.push(order);
      return plan;
    },
  });
  const post = async (path: string, body?: Json): Promise<readonly [status: number, answer: Json]> => {
    const answer = await request(`${admin.url}/api${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return [answer.status, JSON.parse(answer.text)];
  };
  return { ...admin, post, started, planned, unmatched, failed: idOf('failed'), received: idOf('received') };
}

describe('POST /api/replays', () => {
  it('begins a replay and tells how much it is', async () => {
    const { post, json, started } = await adminWithEvents();
    const filter = { source: 'stripe', since: '2020-01-01T00:00:00Z' };

    const [status, replay] = await post('/replays', { filter, destinations: ['segment'], rate: 5 });

    expect(status).toBe(200);
    expect(replay).toEqual({
      id: expect.stringMatching(/^rpl_/),
      status: 'running',
      filter: { source: 'stripe', since: '2020-01-01T00:00:00.000Z', until: new Date(now.getTime() + 1).toISOString() },
      destinations: ['segment'],
      include_delivered: false,
      rate: 5,
      created_at: now.toISOString(),
      ended_at: null,
      events: { total: 1, translated: 0, unmatched: 0, failed: 0, in_line: 0 },
      payloads: { new: 0, again: 0, left_delivered: 0, left_under_way: 0, left_out: 0 },
      joins: 0,
    });
    expect(await json('/api/replays')).toEqual({ items: [replay] });
    expect(started).toHaveLength(1);
    expect(await json(`/api/replays/${started[0]}`)).toEqual(replay);
  });

  it('as a dry run tells what it would do, and begins nothing', async () => {
    const { post, json, planned } = await adminWithEvents();

    const [status, told] = await post('/replays', { filter: { status: 'failed' }, dry_run: true });

    expect([status, told]).toEqual([
      200,
      {
        dry_run: true,
        events: { total: 3, translated: 1, unmatched: 0, failed: 1, delayed: 1, unusable: 2 },
        payloads: plan.fates,
        joins: 0,
        changed: { again: 1, left_delivered: 0 },
        changes: [
          {
            event_id: 'evt_1',
            destination: 'segment',
            outgoing_id: 'o',
            fate: 'again',
            changes: [
              { path: 'a', before: 1, after: null },
              { path: 'b', after: 2 },
            ],
          },
        ],
        new: [],
        repeated: [{ destination: 'segment', was: 'old.yaml', now: 'new.yaml', count: 7 }],
        failures: [{ cause: 'no <n>', count: 1, example: 'evt_2' }],
      },
    ]);
    expect(planned).toEqual([
      { filter: { status: 'failed' }, destinations: null, includesDelivered: false, rate: 100 },
    ]);
    expect(await json('/api/replays')).toEqual({ items: [] });
  });

  it('takes the events of a group of dead deliveries, as the problems name it', async () => {
    const { post } = await adminWithEvents();
    const dead = { destination: 'segment', reason: 'rejected', cause: 'answered <n>' };
    expect(await post('/replays', { filter: { dead } })).toMatchObject([
      200,
      { status: 'running', filter: { dead }, events: { total: 0 } },
    ]);
  });

  it.each<[string, Json, number, string]>([
    ['a group of dead deliveries without its cause', deadWith({ cause: undefined }), 400, 'request_invalid'],
    ['a group of dead deliveries beside what else fits', deadWith({}, { source: 'stripe' }), 400, 'request_invalid'],
    ['no filter', {}, 400, 'request_invalid'],
    ['an unknown member', { filter: { colour: 'red' } }, 400, 'request_invalid'],
    ['events that are on their way', { filter: { status: 'received' } }, 400, 'request_invalid'],
    ['a rate of nothing', { filter: {}, rate: -1 }, 400, 'request_invalid'],
    ['a destination that there is not', { filter: {}, destinations: ['moon'] }, 404, 'destination_unknown'],
  ])('refuses %s', async (_, body, status, code) => {
    const { post } = await adminWithEvents();
    expect(await post('/replays', body)).toMatchObject([status, { error: { code } }]);
  });
});

describe('POST /api/events/:id/replay', () => {
  it('replays one event; the body may be left out', async () => {
    const { post, started, unmatched } = await adminWithEvents();

    expect(await post(`/events/${unmatched}/replay`)).toMatchObject([
      200,
      { status: 'running', filter: { ids: [unmatched] }, events: { total: 1 } },
    ]);
    expect(started).toHaveLength(1);
  });

  it('plans it where it is asked to', async () => {
    const { post, planned, unmatched } = await adminWithEvents();

    const body = { dry_run: true, destinations: ['segment'], include_delivered: true };
    expect(await post(`/events/${unmatched}/replay`, body)).toMatchObject([200, { dry_run: true }]);
    expect(planned).toMatchObject([
      { filter: { ids: [unmatched] }, destinations: ['segment'], includesDelivered: true },
    ]);
  });

  it('says why it replays no other', async () => {
    const { post, failed, received } = await adminWithEvents();

    const refused = { error: { code: 'event_not_replayable' } };
    expect(await post(`/events/${failed}/replay`)).toMatchObject([409, refused]);
    expect(await post(`/events/${received}/replay`)).toMatchObject([409, refused]);
    expect(await post('/events/evt_none/replay')).toMatchObject([404, { error: { code: 'event_not_found' } }]);
  });
});

describe('POST /api/replays/:id/cancel', () => {
  it('ends it, once', async () => {
    const { post, started } = await adminWithEvents();
    await post('/replays', { filter: {} });

    expect(await post(`/replays/${started[0]}/cancel`)).toMatchObject([200, { status: 'cancelled' }]);
    expect(await post(`/replays/${started[0]}/cancel`)).toMatchObject([409, { error: { code: 'replay_ended' } }]);
  });

  it('knows no other', async () => {
    const { post, get } = await adminWithEvents();

    expect(await post('/replays/rpl_none/cancel')).toMatchObject([404, { error: { code: 'replay_not_found' } }]);
    expect((await get('/api/replays/rpl_none')).status).toBe(404);
  });
});
