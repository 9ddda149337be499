import { describe, expect, it } from 'vitest';
import type { ApiDelivery, ApiEvent } from '../../src/api-shapes/stored.ts';
import { eventDetails, eventRow } from '../../src/cli/event-view.ts';

const delivery: ApiDelivery = {
  id: 'dlv_1',
  event_id: 'evt_1',
  destination: 'umami',
  mapping: 'a.yaml',
  mapping_version: 'v1',
  item: 0,
  replay_of: null,
  outgoing_id: 'out-1',
  stitch: {
    user_id: {
      from: 'link',
      via: 'email',
      source: 'hubspot',
      event_id: 'evt_0',
      seen_at: '2026-05-03T10:00:00.000Z',
      hops: 1,
    },
    anonymous_id: { from: 'stable_id' },
  },
  attempts: 1,
  failures: 1,
  created_at: '2026-11-21T00:00:00.000Z',
  status: 'dead',
  due_at: null,
  is_behind: false,
  settled_at: '2026-11-21T00:00:01.000Z',
  reason: 'rejected',
  payload: { name: 'Pa\u001b[2Jid' },
  history: [
    {
      number: 1,
      started_at: '2026-11-21T00:00:00.000Z',
      duration_ms: 5,
      outcome: 'fail',
      reason: 'rejected',
      message: 'no \u001b[31msuch website',
      response: { status: 400, body: '' },
    },
  ],
};
const pending = { ...delivery, status: 'pending', due_at: '2026-11-21T00:05:00.000Z', reason: null };
const event: ApiEvent = {
  id: 'evt_1',
  source: 'stripe',
  type: 'a.\u202eb',
  external_id: 'x\u0007y',
  status: 'translated',
  reason: null,
  message: null,
  occurred_at: '2026-11-21T00:00:00.000Z',
  received_at: '2026-11-21T00:00:00.000Z',
  waits_for: null,
  due_at: null,
  tries: 1,
  request: {
    method: 'POST',
    url: '/in/stripe',
    kind: null,
    headers: {},
    item: null,
    body: '{}',
    body_encoding: 'utf8',
  },
  runs: [
    {
      mapping: 'a.yaml',
      version: '1',
      outcome: 'translated',
      items: [{ destinations: [{ destination: 'x', outcome: 'skipped', reason: 'is \u001boff' }] }],
    },
    { mapping: 'b.yaml', version: '1', outcome: 'failed', path: 'event.id', message: 'bro\u001bken' },
  ],
  deliveries: [{ ...delivery, status: 'delivered', history: [] }, delivery, pending],
};

describe('an event in a list', () => {
  it('tells of its deliveries by their states, and why the worst one is where it is', () => {
    expect(eventRow(event).slice(1)).toEqual([
      'stripe',
      'a.\ufffdb',
      '✓ translated',
      '1 delivered, 1 dead, 1 pending',
      'umami: no \ufffd[31msuch website',
      'evt_1',
    ]);
  });

  it('tells its own trouble first', () => {
    const failed = { ...event, status: 'failed', message: `a.yaml: ${'x'.repeat(100)}` };
    expect(eventRow(failed)[5]).toMatch(/^a\.yaml: x{51}…$/);
  });
});

const delayed = {
  ...event,
  status: 'received',
  waits_for: 'lookup',
  due_at: '2026-11-21T00:05:00.000Z',
  deliveries: [],
};

describe('an event that is delayed', () => {
  it('says what it waits for, in a list and alone', () => {
    expect(eventRow(delayed)[5]).toMatch(/^waits for lookup until 2026-11-21 /);
    expect(eventDetails(delayed)).toMatch(/… received {2}evt_1\n {2}waits for lookup until 2026-11-21 /);
  });
});

describe('all of an event', () => {
  it('says what each mapping and each attempt came to', () => {
    const text = eventDetails(event);
    expect(text).toContain('mapped     a.yaml  translated\n           x  skipped  is \ufffdoff\n');
    expect(text).toContain('mapped     b.yaml  failed  event.id: bro\ufffdken\n');
    expect(text).toMatch(/\n {2}try 1 .+ fail {2}400 in 5 ms {2}rejected: no \ufffd\[31msuch website\n/);
    expect(text).toMatch(/↻ pending {2}next try 2026-11-21 /);
  });

  it('says nothing of mappings where none has seen it', () => {
    const unusable = { ...event, status: 'failed', message: 'the body is not JSON', runs: null, deliveries: [] };
    expect(eventDetails(unusable)).toContain('known as');
    expect(eventDetails(unusable)).not.toContain('mapped');
  });

  it('writes no control character that somebody sent', () => {
    expect(eventDetails(event).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});
