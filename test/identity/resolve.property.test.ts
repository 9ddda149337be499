import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isShared } from '../../src/identity/sharing.ts';
import type { EventId } from '../../src/model/id.ts';
import type { Identifier } from '../../src/model/identity.ts';
import { type Carrying, identifierFrom, linksOf, resolveBy } from './links.ts';

const pool = [
  ...['user_id:u1', 'user_id:u2', 'user_id:u3'],
  ...['anonymous_id:a1', 'anonymous_id:a2', 'anonymous_id:a3', 'anonymous_id:a4'],
  ...['email:ada@example.com', 'email:bob@example.com', 'email:cy@example.com', 'email:dee@example.com'],
  ...['email:eve@example.com', 'email:info@example.com', 'phone:+12025550101', 'phone:+12025550102'],
  ...['stripe_customer:cus_1', 'stripe_customer:cus_2', 'hubspot_contact:7', 'loyalty_card:9'],
].map(identifierFrom);

/** As events are: at most one identifier of a kind, and several at the same moment. */
const carried = fc
  .subarray(pool, { minLength: 1, maxLength: 5 })
  .map((identifiers) =>
    identifiers.filter(({ kind }, index) => identifiers.findIndex((each) => each.kind === kind) === index),
  );
const history = fc
  .array(fc.record({ at: fc.integer({ min: 0, max: 5 }), identifiers: carried }), { maxLength: 14 })
  .map((events): readonly Carrying[] =>
    events.map((event, index) => ({ ...event, id: `evt_${String(index).padStart(3, '0')}` as EventId })),
  );

const resolveIn = (events: readonly Carrying[], own: readonly Identifier[]) =>
  resolveBy(own, (of) => linksOf(events, of));

/** All that carries on from an identifier over links of people alone, without any rule but that. */
function reachable(events: readonly Carrying[], from: readonly Identifier[]): readonly Identifier[] {
  const found = new Map<string, Identifier>();
  const waiting = [...from];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const key = `${next.kind}:${next.value}`;
    const links = linksOf(events, next);
    if (found.has(key) || isShared(next, links)) continue;
    found.set(key, next);
    waiting.push(...links.map(({ to }) => to));
  }
  return [...found.values()];
}

const belongsToAnother = (events: readonly Carrying[], of: Identifier, user: string): boolean =>
  linksOf(events, of).some(({ to }) => to.kind === 'user_id' && to.value !== user);

describe('whatever was linked', () => {
  it('the order of arrival makes no difference', () => {
    fc.assert(
      fc.property(history, carried, fc.infiniteStream(fc.nat()), (events, own, random) => {
        const shuffled = events.map((event) => [random.next().value, event] as const).toSorted(([a], [b]) => a - b);
        const other = shuffled.map(([, event]) => event);
        expect(resolveIn(other, own)).toEqual(resolveIn(events, own));
      }),
      { numRuns: 500 },
    );
  });

  it('an event that arrives twice changes nothing', () => {
    fc.assert(
      fc.property(history, carried, (events, own) => {
        expect(resolveIn([...events, ...events.slice(0, 5)], own)).toEqual(resolveIn(events, own));
      }),
      { numRuns: 300 },
    );
  });

  it('no two users are ever joined', () => {
    fc.assert(
      fc.property(history, carried, (events, own) => {
        const { userId, anonymousId, joins } = resolveIn(events, own);
        if (userId === undefined) return;
        const ownId = own.find(({ kind }) => kind === 'user_id')?.value;
        if (ownId !== undefined) expect(userId).toBe(ownId);
        for (const joined of joins)
          expect(belongsToAnother(events, { kind: 'anonymous_id', value: joined }, userId)).toBe(false);
        const isOwn = own.some(({ kind, value }) => kind === 'anonymous_id' && value === anonymousId);
        if (anonymousId !== undefined && !isOwn)
          expect(belongsToAnother(events, { kind: 'anonymous_id', value: anonymousId }, userId)).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });

  it('nothing comes from an identifier that many share', () => {
    fc.assert(
      fc.property(history, carried, (events, own) => {
        const { userId, anonymousId } = resolveIn(events, own);
        const found = reachable(events, own);
        const isOwn = (kind: string, value: string): boolean =>
          own.some((each) => each.kind === kind && each.value === value);
        // A user id is told by the links of what was reached, so it need not be among it.
        const users = found.flatMap((of) => linksOf(events, of).filter(({ to }) => to.kind === 'user_id'));
        if (userId !== undefined && !isOwn('user_id', userId))
          expect(users.map(({ to }) => to.value)).toContain(userId);
        if (anonymousId !== undefined && !isOwn('anonymous_id', anonymousId))
          expect(found).toContainEqual({ kind: 'anonymous_id', value: anonymousId });
      }),
      { numRuns: 1_000 },
    );
  });

  it('a conflict fills in nothing', () => {
    fc.assert(
      fc.property(history, carried, (events, own) => {
        const { userId, anonymousId, joins, stitch } = resolveIn(events, own);
        if (stitch.conflict === undefined) return;
        expect({ userId, joins }).toEqual({ userId: undefined, joins: [] });
        expect(anonymousId).toBe(own.find(({ kind }) => kind === 'anonymous_id')?.value);
      }),
      { numRuns: 1_000 },
    );
  });
});
