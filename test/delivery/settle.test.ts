import { describe, expect, it } from 'vitest';
import { release, type SettleContext, settle } from '../../src/delivery/settle.ts';
import type { Attempt, Outcome } from '../../src/model/attempt.ts';
import type { ClaimedDelivery } from '../../src/model/delivery.ts';

const createdAt = new Date('2026-03-01T00:00:00Z');
const now = new Date('2026-03-01T12:00:00Z');
const retryPolicy = { max_attempts: 12, base_ms: 5_000, cap_ms: 21_600_000, max_age_hours: 72 };
const policy = { retry: retryPolicy, ambiguous: 'retry' } as const;
const context: SettleContext = { policy, isProbe: false, now, random: () => 0.5 };

const delivery: ClaimedDelivery = {
  id: 'dlv_1',
  eventId: 'evt_1',
  mapping: { file: 'stripe.yaml', version: 'v1' },
  item: 0,
  destination: 'usermaven',
  outgoingId: '00000000-0000-8000-8000-000000000000',
  payload: '{}',
  stitch: null,
  person: null,
  attempts: 0,
  failures: 0,
  failingSince: null,
  replayOf: null,
  createdAt,
  receivedAt: createdAt,
  state: { status: 'in_flight', claimedBy: 'wrk_1', leaseEndsAt: new Date('2026-03-01T12:01:00Z'), token: 1 },
};

/** Its next attempt is the first to fail since the start, or has had so many failures before. */
const failedBefore = (failures: number, failingSince = createdAt): ClaimedDelivery => ({
  ...delivery,
  attempts: failures,
  failures,
  failingSince: failures === 0 ? null : failingSince,
});

const anAttempt = (number: number, outcome: Outcome): Attempt => ({
  id: 'att_1',
  deliveryId: delivery.id,
  number,
  startedAt: now,
  durationMs: 40,
  outcome,
});

const retry: Outcome = { kind: 'retry', reason: 'server_error', message: 'answered 500' };

const settled = (outcome: Outcome, { failures = 0, ...rest }: { failures?: number } & Partial<SettleContext> = {}) =>
  settle(failedBefore(failures), anAttempt(failures + 1, outcome), { ...context, ...rest });

describe('settle', () => {
  it('ends a delivered delivery', () => {
    const attempt = anAttempt(1, { kind: 'delivered' });
    expect(settle(delivery, attempt, context)).toEqual({ to: 'delivered', delivery, attempt, settledAt: now });
  });

  it('gives up at once on a permanent failure, with its reason and its cause', () => {
    const attempt = anAttempt(1, { kind: 'fail', reason: 'rejected', message: 'no user 4711' });
    expect(settle(delivery, attempt, context)).toEqual({
      to: 'dead',
      reason: 'rejected',
      cause: 'no user <n>',
      delivery,
      attempt,
      settledAt: now,
    });
  });

  it('puts a failed attempt back with a jittered delay', () => {
    const dueAt = new Date('2026-03-01T12:00:10Z');
    expect(settled(retry, { failures: 2 })).toMatchObject({ to: 'pending', dueAt, counts: true });
  });

  it('waits at least as long as the destination asked', () => {
    const dueAt = new Date('2026-03-01T13:00:00Z');
    expect(settled({ ...retry, retryAfterMs: 3_600_000 })).toMatchObject({ to: 'pending', dueAt });
  });

  it('gives up after the last failure allowed', () => {
    expect(settled(retry, { failures: 10 })).toMatchObject({ to: 'pending' });
    expect(settled(retry, { failures: 11 })).toMatchObject({ to: 'dead', reason: 'attempts_exhausted' });
    expect(settled(retry, { failures: 12 })).toMatchObject({ to: 'dead', reason: 'attempts_exhausted' });
  });

  it.each([
    ['the last moment', 0, 'pending'],
    ['one millisecond later', 1, 'dead'],
  ])('gives up when the next attempt would come too long after the first failure: %s', (_when, lateMs, to) => {
    const delayMs = 5_000;
    const at = new Date(createdAt.getTime() + 72 * 3_600_000 - delayMs + lateMs);
    expect(settled(retry, { failures: 1, now: at })).toMatchObject({ to });
  });

  it('gives one that waited for days and never failed all its attempts', () => {
    const at = new Date('2026-04-01T00:00:00Z');
    expect(settled(retry, { now: at })).toMatchObject({ to: 'pending', counts: true });
  });

  it.each(['throttled', 'credentials', 'gone'] as const)(
    'keeps a delivery, uncounted, whose destination is %s, however often and however long',
    (lane) => {
      const at = new Date('2026-06-01T00:00:00Z');
      expect(settled({ ...retry, lane, retryAfterMs: 2_000 }, { failures: 11, now: at })).toMatchObject({
        to: 'pending',
        counts: false,
        dueAt: new Date('2026-06-01T00:00:02Z'),
      });
    },
  );

  it('does not hold the failure of a probe against its delivery, and lets another one go next', () => {
    const probed = settled(retry, { failures: 11, isProbe: true });
    expect(probed).toMatchObject({ to: 'pending', counts: false });
    expect(probed.to === 'pending' && probed.dueAt > now).toBe(true);
  });

  it('gives up in the end on what failed before it became a probe, and fails as one long after', () => {
    const at = new Date(createdAt.getTime() + 73 * 3_600_000);
    expect(settled(retry, { failures: 10, isProbe: true, now: at })).toMatchObject({ to: 'dead' });
    expect(settled(retry, { isProbe: true, now: at })).toMatchObject({ to: 'pending', counts: false });
  });

  describe('of a payload that was sent and never answered', () => {
    const ambiguous: Outcome = { kind: 'retry', reason: 'timeout', message: 'no answer', ambiguous: true };

    it('waits longer for the next attempt, so that a copy does not follow on its heels', () => {
      expect(settled(ambiguous)).toMatchObject({ to: 'pending', dueAt: new Date('2026-03-01T12:00:07.500Z') });
    });

    it('gives up where the destination is set so, for a person to decide', () => {
      expect(settled(ambiguous, { policy: { ...policy, ambiguous: 'dead' } })).toMatchObject({
        to: 'dead',
        reason: 'timeout',
        cause: 'no answer',
      });
      expect(settled(retry, { policy: { ...policy, ambiguous: 'dead' } })).toMatchObject({ to: 'pending' });
    });
  });
});

describe('release', () => {
  it('puts a delivery back without an attempt', () => {
    expect(release(delivery, now)).toEqual({ to: 'released', delivery, settledAt: now });
  });
});
