import { describe, expect, it } from 'vitest';
import { difference, expectationFailures } from '../../src/mapping/expectation.ts';
import type { DestinationResult } from '../../src/mapping/run.ts';
import type { Json, JsonObject } from '../../src/model/json.ts';

const subset = (actual: Json | undefined, wanted: Json) =>
  difference(actual, wanted, { name: 'segment', field: [], exact: false }).map(({ message }) => message);
const exactly = (actual: Json | undefined, wanted: Json) =>
  difference(actual, wanted, { name: 'segment', field: [], exact: true }).map(({ message }) => message);

const payload = { event: 'Paid', user: { id: 'u1', tags: ['a', { b: 1 }] }, amount: 29, none: null };

describe('what is expected of a payload', () => {
  it.each<Json>([
    {},
    { event: 'Paid' },
    { user: { tags: ['a', { b: 1 }] } },
    { user: { tags: ['a', {}] } },
    { user: { id: 'u1' }, none: null },
    { missing: '(absent)', user: { email: '(absent)' } },
    payload,
  ])('is part of it: %j', (wanted) => {
    expect(subset(payload, wanted)).toEqual([]);
  });

  it.each<[Json, string]>([
    [{ event: 'Refunded' }, 'segment.event: expected "Refunded", got "Paid"'],
    [{ amount: '29' }, 'segment.amount: expected "29", got 29'],
    [{ plan: 'pro' }, 'segment.plan: expected "pro", got nothing'],
    [{ user: { id: '(absent)' } }, 'segment.user.id: expected it to be absent, got "u1"'],
    [{ none: '(absent)' }, 'segment.none: expected it to be absent, got null'],
    [{ user: 'u1' }, 'segment.user: expected "u1", got {"id":"u1","tags":["a",{"b":1}]}'],
    [{ user: { tags: ['a'] } }, 'segment.user.tags: expected ["a"], got ["a",{"b":1}]'],
    [{ user: { tags: ['a', { b: 2 }] } }, 'segment.user.tags[1].b: expected 2, got 1'],
    [{ event: { a: 1 } }, 'segment.event: expected {"a":1}, got "Paid"'],
  ])('and is told where it is not: %j', (wanted, failure) => {
    expect(subset(payload, wanted)).toEqual([failure]);
  });

  it('may be the whole of it', () => {
    expect(exactly(payload, payload)).toEqual([]);
    expect(exactly(payload, { ...payload, plan: '(absent)' })).toEqual([]);
    const { amount: _, ...less } = payload;
    expect(exactly(payload, { ...less, user: { id: 'u1' }, more: 1 })).toEqual([
      'segment.user.tags: not expected, got ["a",{"b":1}]',
      'segment.more: expected 1, got nothing',
      'segment.amount: not expected, got 29',
    ]);
  });
});

describe('what is expected of a destination', () => {
  const made: DestinationResult = { destination: 'segment', outcome: 'payload', outgoingId: 'id', payload };
  const skippedResult: DestinationResult = { destination: 'segment', outcome: 'skipped', reason: '=paid gives false' };

  const failures = (wanted: 'skipped' | JsonObject, results: readonly DestinationResult[], skipped?: string) =>
    expectationFailures('segment', wanted, { results, skipped, exact: false }).map(({ message }) => message);

  it.each<[string, 'skipped' | JsonObject, readonly DestinationResult[], string | undefined, readonly string[]]>([
    ['a payload', { event: 'Paid' }, [made], undefined, []],
    ['to be skipped', 'skipped', [skippedResult], undefined, []],
    ['to be skipped with everything else', 'skipped', [], 'the mapping skipped: no user', []],
    ['to be skipped, but it is not', 'skipped', [made], undefined, ['segment: expected skipped, but it got a payload']],
    [
      'a payload, but it is skipped',
      { event: 'Paid' },
      [skippedResult],
      undefined,
      ['segment: no payload; =paid gives false'],
    ],
    [
      'a payload, but everything is skipped',
      {},
      [],
      'the mapping skipped: no user',
      ['segment: no payload; the mapping skipped: no user'],
    ],
    ['a payload, but it is not sent to', {}, [], undefined, ['segment: no payload; the mapping does not send to it']],
  ])('%s', (_what, wanted, results, skipped, expected) => {
    expect(failures(wanted, results, skipped)).toEqual(expected);
  });
});
