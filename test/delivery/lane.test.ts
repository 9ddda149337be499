import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { admit, circuitLimits, type LaneLimits, observed, opensAt, paused, resumed } from '../../src/delivery/lane.ts';
import type { Outcome } from '../../src/model/attempt.ts';
import { freshLane, type Lane } from '../../src/model/lane.ts';

const noon = new Date('2026-11-25T12:00:00Z');
const at = (ms: number): Date => new Date(noon.getTime() + ms);
const circuit = { failures: 10, wait_ms: 30_000, wait_max_ms: 300_000 };
const limits: LaneLimits = { concurrency: 8, batch: 1 };

const ok: Outcome = { kind: 'delivered', response: { status: 200, body: '' } };
const error: Outcome = { kind: 'retry', reason: 'server_error', message: 'answered 500' };
const refused: Outcome = { kind: 'fail', reason: 'rejected', message: 'no', response: { status: 400, body: 'no' } };
const unsent: Outcome = { kind: 'fail', reason: 'invalid_payload', message: 'too long' };
const throttled: Outcome = {
  kind: 'retry',
  reason: 'throttled',
  message: 'slow down',
  lane: 'throttled',
  retryAfterMs: 90_000,
};
const wrongKey: Outcome = { kind: 'retry', reason: 'unauthorized', message: 'wrong key', lane: 'credentials' };

const having = (lane: Lane, outcomes: readonly (Outcome | null)[], now = noon): Lane =>
  outcomes.reduce<Lane>((one, outcome) => observed(one, { outcomes: [outcome], now, jitter: 0, circuit }), lane);
const times = (count: number, outcome: Outcome) => Array.from({ length: count }, () => outcome);
const fresh = freshLane('segment', noon);
const admitted = (lane: Lane, now: Date, inFlight = 0, within = limits) => admit(lane, { inFlight, now }, within);
const opened = having(fresh, times(10, error));

describe('a closed lane', () => {
  it('lets through as many requests as its concurrency leaves free, whoever has the others', () => {
    expect([0, 5, 8, 20].map((inFlight) => admitted(fresh, noon, inFlight).limit)).toEqual([8, 3, 0, 0]);
  });

  it('spends no more requests than were taken off its rate, even where payloads fill them early', () => {
    const batched = { concurrency: 4, batch: 100 };
    const rated = { ...batched, rate: 20 };
    expect(admitted(fresh, noon, 0, batched).requests(150)).toBe(4);
    const tokens = { count: 2, countedAt: noon };
    expect(admitted({ ...fresh, tokens }, noon, 0, rated).requests(150)).toBe(2);
    expect(admitted({ ...fresh, tokens }, noon, 0, rated).requests(50)).toBe(1);
  });

  it('makes up for requests beyond the one that was admitted, and for nothing where there is no rate', () => {
    const seen = { outcomes: [ok, refused], requests: 5, now: noon, jitter: 0, circuit };
    const rated = { ...limits, rate: 20 };
    const lane = observed({ ...fresh, tokens: { count: 1, countedAt: noon } }, seen);
    expect(admitted(lane, noon, 0, rated).limit).toBe(0);
    expect(opensAt(lane, { inFlight: 0, now: noon }, rated)).toEqual(at(200));
    expect(observed(fresh, seen).tokens).toBeNull();
  });

  it('waits for something to end when all that may be under way is, wherever it is', () => {
    expect(opensAt(fresh, { inFlight: 8, now: noon }, limits)).toBeNull();
    expect(opensAt(fresh, { inFlight: 7, now: noon }, limits)).toEqual(noon);
  });

  it('counts requests, not payloads, where payloads share them', () => {
    const batched = { concurrency: 2, batch: 100 };
    expect([0, 1, 100, 101, 200].map((inFlight) => admitted(fresh, noon, inFlight, batched).limit)).toEqual([
      200, 100, 100, 0, 0,
    ]);
  });

  it('lets through no more than its rate, and counts what was taken', () => {
    const rated = { ...limits, rate: 20 };
    const { limit, after: then } = admitted({ ...fresh, tokens: { count: 2, countedAt: noon } }, noon, 0, rated);
    expect(limit).toBe(2);
    expect(admitted(then(2), noon, 0, rated).limit).toBe(0);
    expect(admitted(then(1), noon, 0, rated).limit).toBe(1);
    expect(opensAt(then(2), { inFlight: 0, now: noon }, rated)).toEqual(at(50));
    expect(then(0).tokens).toEqual({ count: 2, countedAt: noon });
  });

  it.each([
    ['ten requests failed in a row', times(10, error), 'open'],
    ['nine requests failed in a row', times(9, error), 'closed'],
    ['one was answered in between', [...times(9, error), ok, ...times(2, error)], 'open'],
    ['seven of ten failed', [ok, ok, ok, ...times(7, error)], 'open'],
    ['six of ten failed', [ok, ok, ok, ok, ...times(6, error)], 'closed'],
    ['payloads were refused', times(30, refused), 'closed'],
    ['payloads never left', times(30, unsent), 'closed'],
  ])('when %s', (_, outcomes, state) => {
    expect(having(fresh, outcomes).circuit.state).toBe(state);
  });

  it('forgets failures of long ago', () => {
    const before = having(fresh, [ok, ok, ok, ...times(6, error)]);
    expect(having(before, [error], at(circuitLimits.windowMs)).circuit.state).toBe('closed');
  });

  it('takes a request of which some payloads arrived for an answer', () => {
    const mixed = Array.from({ length: 20 }).reduce<Lane>(
      (lane) => observed(lane, { outcomes: [error, ok, error], now: noon, jitter: 0, circuit }),
      fresh,
    );
    expect(mixed.circuit.state).toBe('closed');
  });
});

describe('an open lane', () => {
  it('says what is wrong, lets nothing through, and then one request to find out', () => {
    expect(opened.circuit).toEqual({
      state: 'open',
      trouble: 'failing',
      message: 'answered 500',
      since: noon,
      probeAt: at(30_000),
    });
    expect(admitted(opened, at(29_999)).limit).toBe(0);
    expect(opensAt(opened, { inFlight: 0, now: noon }, limits)).toEqual(at(30_000));
    const probe = admitted(opened, at(30_000), 0, { concurrency: 8, batch: 100 });
    expect(probe.limit).toBe(1);
    expect(probe.after(1).circuit).toMatchObject({ state: 'half_open', since: noon });
    expect(admitted(probe.after(1), at(30_001)).limit).toBe(0);
  });

  it('stays as it is where there is nothing to probe with', () => {
    expect(admitted(opened, at(30_000)).after(0)).toBe(opened);
  });

  it('is not closed by an answer that was on its way before', () => {
    expect(having(opened, [ok, refused], at(10)).circuit).toEqual(opened.circuit);
  });

  it('is not shut for years by a clock that was wrong when it opened', () => {
    const years = 12 * 365 * 86_400_000;
    const ahead = having(fresh, [throttled], at(years));
    expect(admitted(ahead, noon).limit).toBe(1);
    expect(opensAt(ahead, { inFlight: 0, now: noon }, limits)).toEqual(noon);
  });

  it('waits as long as the destination asks, and longer when it asks again, never shorter', () => {
    const waiting = having(fresh, [throttled]);
    expect(waiting.circuit).toMatchObject({ state: 'open', trouble: 'throttled', probeAt: at(90_000) });
    expect(having(waiting, [{ ...throttled, retryAfterMs: 1_000 }], at(5)).circuit).toEqual(waiting.circuit);
    expect(having(waiting, [throttled], at(5)).circuit).toMatchObject({ probeAt: at(90_005) });
  });
});

describe('a probe', () => {
  const probing = admitted(opened, at(30_000)).after(1);

  it.each([
    ['delivered', ok],
    ['refused for good: the destination works', refused],
  ])('closes the lane when it is %s', (_, outcome) => {
    expect(having(probing, [outcome], at(31_000))).toMatchObject({
      circuit: { state: 'closed' },
      openings: 0,
      failuresInARow: 0,
    });
  });

  it('opens it for twice as long each time that it fails, up to five minutes', () => {
    let lane = opened;
    let now = noon;
    const waits: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      const probeAt = lane.circuit.state === 'open' ? lane.circuit.probeAt : expect.unreachable('it is open');
      waits.push(probeAt.getTime() - now.getTime());
      now = probeAt;
      lane = having(admitted(lane, now).after(1), [error], now);
    }
    expect(waits).toEqual([30_000, 60_000, 120_000, 240_000, 300_000]);
    expect(lane.circuit).toMatchObject({ state: 'open', since: noon });
  });

  it.each([
    ['was never sent', [unsent]],
    ['was taken away by shutdown', [null]],
  ])('makes way for another when it %s', (_, outcomes) => {
    const lane = observed(probing, { outcomes, now: at(31_000), jitter: 0, circuit });
    expect(lane.circuit).toMatchObject({ state: 'open', probeAt: at(31_000) });
  });

  it('makes way for another when nothing is heard of it', () => {
    expect(admitted(probing, at(30_000 + circuitLimits.probeMs)).limit).toBe(1);
  });
});

describe('credentials that are refused', () => {
  it('open the lane at once, which is tried again ever more rarely, at least once an hour', () => {
    const lane = having(fresh, [wrongKey]);
    expect(lane.circuit).toMatchObject({ state: 'open', trouble: 'credentials', message: 'wrong key' });
    expect(lane.circuit).toMatchObject({ probeAt: at(60_000) });
    const worn = having({ ...lane, openings: 20, circuit: { state: 'closed' } }, [wrongKey]);
    expect(worn.circuit).toMatchObject({ probeAt: at(3_600_000) });
  });

  it('are tried at once when an operator resumes the lane', () => {
    const held = paused(having(fresh, [wrongKey]), at(1));
    expect(admitted(held, at(60_000)).limit).toBe(0);
    expect(opensAt(held, { inFlight: 0, now: at(60_000) }, limits)).toBeNull();
    expect(admitted(resumed(held, at(5)), at(5)).limit).toBe(1);
  });
});

describe('a paused lane', () => {
  it('lets nothing through until it is resumed, and remembers since when', () => {
    const held = paused(paused(fresh, at(1)), at(2));
    expect(held.pausedAt).toEqual(at(1));
    expect(admitted(held, at(3)).limit).toBe(0);
    expect(resumed(held, at(4))).toEqual(fresh);
  });
});

describe('any lane', () => {
  const outcome = fc.constantFrom<Outcome | null>(ok, error, refused, unsent, throttled, wrongKey, null);
  const step = fc.tuple(fc.array(outcome, { minLength: 1, maxLength: 3 }), fc.integer({ min: 0, max: 120_000 }));

  it('gets through again in the end, whatever has happened to it', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        let [lane, now] = [fresh, 0];
        for (const [outcomes, wait] of steps) {
          now += wait;
          if (admitted(lane, at(now)).limit > 0) lane = admitted(lane, at(now)).after(1);
          lane = observed(lane, { outcomes, now: at(now), jitter: 0.5, circuit });
        }
        const later = at(now + 6 * 3_600_000);
        expect(admitted(lane, later).limit).toBeGreaterThan(0);
        const recovered = having(admitted(lane, later).after(1), [ok], later);
        expect(recovered.circuit.state).toBe('closed');
      }),
    );
  });
});
