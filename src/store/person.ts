/** A person as they are shown: what a walk along the links found, and the newest of what they did. */
import { compare, keyOf } from '../identity/identifier.ts';
import type { Reached, Walk } from '../identity/walk.ts';
import { dateFromMs } from '../model/clock.ts';
import type { EventId } from '../model/id.ts';
import type { Identifier } from '../model/identity.ts';
import type { Person, PersonEvent, PersonIdentifier } from '../model/person.ts';
import type { EventRow } from './rows.ts';

export const eventsMax = 100;

export function personFrom(identifier: Identifier, { reached, ends, user, conflict }: Walk): Omit<Person, 'events'> {
  const known = [...reached, ...ends].toSorted((one, other) => one.hops - other.hops);
  const own: Reached = { identifier, hops: 0, via: identifier };
  const nodes = known.length === 0 ? [own] : known;
  const isEnd = new Set(ends.map((end) => keyOf(end.identifier)));
  return {
    userId: user?.id ?? null,
    conflict: conflict ?? null,
    identifiers: nodes.map((node) => toPersonIdentifier(node, isEnd.has(keyOf(node.identifier)))),
  };
}

/** What is shared says of nobody's event that it is theirs, unless it was asked for. */
export const ownOf = ({ identifiers }: Pick<Person, 'identifiers'>): readonly Identifier[] =>
  identifiers.filter(({ hops, isShared }) => hops === 0 || !isShared);

function toPersonIdentifier({ identifier, hops, step }: Reached, isShared: boolean): PersonIdentifier {
  const link =
    step === undefined
      ? null
      : {
          from: step.from,
          to: identifier,
          source: step.link.source,
          eventId: step.link.eventId,
          seenAt: step.link.seenAt,
        };
  return { ...identifier, hops, isShared, link };
}

/** An id starts with the time of receipt. */
export const newestOf = (ids: ReadonlySet<EventId>): readonly EventId[] =>
  [...ids].toSorted((one, other) => compare(other, one)).slice(0, eventsMax);

export const toPersonEvents = (rows: readonly EventRow[]): readonly PersonEvent[] =>
  rows
    .map(({ id, source, type, occurred_at, status }) => ({
      id,
      source,
      type,
      status,
      occurredAt: dateFromMs(occurred_at),
    }))
    .toSorted((one, other) => other.occurredAt.getTime() - one.occurredAt.getTime() || compare(other.id, one.id));
