import { describe, expect, it } from 'vitest';
import { release, settle } from '../../src/delivery/settle.ts';
import type { Attempt, Outcome } from '../../src/model/attempt.ts';
import type { ClaimedDelivery } from '../../src/model/delivery.ts';

const createdAt = new Date('2026-03-01T00:00:00Z');
const now = new Date('2026-03-01T12:00:00Z');
const policy = { max_attempts: 12, base_ms: 5_000, cap_ms: 21_600_000, max_age_hours: 72 };
const context = { policy, now, random: () => 0.5 };

const delivery: ClaimedDelivery = {
  id: 'dlv_1',
  eventId: 'evt_1',
  mapping: { file: 'stripe.yaml', version: 'v1' },
  item: 0,
  destination: 'usermaven',
  outgoingId: '00000000-0000-8000-8000-000000000000',
  payload: '{}',
  stitch: null,
  attempts: 0,
  createdAt,
  receivedAt: createdAt,
  state: { status: 'in_flight', claimedBy: 'wrk_1', leaseEndsAt: new Date('2026-03-01T12:01:00Z') },
};

const anAttempt = (number: number, outcome: Outcome): Attempt => ({
  id: 'att_1',
  deliveryId: delivery.id,
  number,
  startedAt: now,
  durationMs: 40,
  outcome,
});

const retry: Outcome = { kind: 'retry', reason: 'server_error', message: 'answered 500' };

describe('settle', () => {
  it('ends a delivered delivery', () => {
    const attempt = anAttempt(1, { kind: 'delivered' });
    expect(settle(delivery, attempt, context)).toEqual({ to: 'delivered', delivery, attempt, settledAt: now });
  });

  it('gives up at once on a permanent failure, with its reason', () => {
    const attempt = anAttempt(1, { kind: 'fail', reason: 'unauthorized', message: 'wrong key', lane: 'credentials' });
    expect(settle(delivery, attempt, context)).toEqual({
      to: 'dead',
      reason: 'unauthorized',
      delivery,
      attempt,
      settledAt: now,
    });
  });

  it('puts a failed attempt back with a jittered delay', () => {
    const attempt = anAttempt(3, retry);
    const dueAt = new Date('2026-03-01T12:00:10Z');
    expect(settle(delivery, attempt, context)).toEqual({ to: 'pending', dueAt, delivery, attempt, settledAt: now });
  });

  it('waits at least as long as the destination asked', () => {
    const attempt = anAttempt(1, { ...retry, retryAfterMs: 3_600_000 });
    expect(settle(delivery, attempt, context)).toMatchObject({
      to: 'pending',
      dueAt: new Date('2026-03-01T13:00:00Z'),
    });
  });

  it('gives up after the last attempt allowed', () => {
    expect(settle(delivery, anAttempt(11, retry), context)).toMatchObject({ to: 'pending' });
    expect(settle(delivery, anAttempt(12, retry), context)).toMatchObject({ to: 'dead', reason: 'attempts_exhausted' });
    expect(settle(delivery, anAttempt(13, retry), context)).toMatchObject({ to: 'dead', reason: 'attempts_exhausted' });
  });

  it.each([
    ['the last moment', 0, 'pending'],
    ['one millisecond later', 1, 'dead'],
  ])('gives up when the next attempt would come after the greatest age: %s', (_when, lateMs, to) => {
    const delayMs = 2_500;
    const at = new Date(createdAt.getTime() + 72 * 3_600_000 - delayMs + lateMs);
    expect(settle(delivery, anAttempt(1, retry), { ...context, now: at })).toMatchObject({ to });
  });
});

describe('release', () => {
  it('puts a delivery back without an attempt', () => {
    expect(release(delivery, now)).toEqual({ to: 'released', delivery, settledAt: now });
  });
});
