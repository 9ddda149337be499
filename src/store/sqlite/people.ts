/** Who an identifier belongs to, with all that is linked to it and what they did. */
import { compare, keyOf } from '../../identity/identifier.ts';
import { linksReadMax } from '../../identity/sharing.ts';
import { type Reached, type Walk, type WalkLimits, walk } from '../../identity/walk.ts';
import { meantBy } from '../../identity/written.ts';
import { dateFromMs } from '../../model/clock.ts';
import type { EventId } from '../../model/id.ts';
import type { Identifier } from '../../model/identity.ts';
import type { Person, PersonEvent, PersonIdentifier } from '../../model/person.ts';
import { linksOf } from './identities.ts';
import type { Statements } from './statements.ts';

const eventsMax = 100;

export function findPerson(sql: Statements, identifier: Identifier): Person | undefined {
  if (seqOf(sql, identifier) === undefined) return undefined;
  const walked = walkFrom(sql, identifier);
  const { reached, ends, user, conflict } = walked;
  const known = [...reached, ...ends].toSorted((one, other) => one.hops - other.hops);
  const own: Reached = { identifier, hops: 0, via: identifier };
  const nodes = known.length === 0 ? [own] : known;
  const isEnd = new Set(ends.map((end) => keyOf(end.identifier)));
  const identifiers = nodes.map((node) => toPersonIdentifier(node, isEnd.has(keyOf(node.identifier))));
  return {
    userId: user?.id ?? null,
    conflict: conflict ?? null,
    identifiers,
    events: newestEvents(
      sql,
      identifiers.filter(({ hops, isShared }) => hops === 0 || !isShared),
    ),
  };
}

/** Of the identifiers that a text may mean those that are known. */
export function findIdentifiers(sql: Statements, text: string): readonly Identifier[] {
  return meantBy(text, kindsOf(sql)).filter((identifier) => seqOf(sql, identifier) !== undefined);
}

/** A user has all their links read where all have to be found. */
export function walkFrom(sql: Statements, identifier: Identifier, limits?: WalkLimits): Walk {
  const walking = walk([identifier], limits);
  let asked = walking.next();
  while (asked.done !== true)
    asked = walking.next(
      asked.value.map((each) =>
        linksOf(sql, each, limits !== undefined && each.kind === 'user_id' ? limits.width : linksReadMax + 1),
      ),
    );
  return asked.value;
}

export const seqOf = ({ identities }: Statements, { kind, value }: Identifier): number | undefined =>
  identities.seq.get(kind, value);

/** One short look into the index for each: there are few kinds and many identifiers. */
function kindsOf({ identities }: Statements): readonly string[] {
  const kinds: string[] = [];
  for (let kind = identities.nextKind.get(''); kind != null; kind = identities.nextKind.get(kind)) kinds.push(kind);
  return kinds;
}

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

function newestEvents(sql: Statements, identifiers: readonly Identifier[]): readonly PersonEvent[] {
  const ids = new Set<EventId>();
  for (const identifier of identifiers) {
    const seq = seqOf(sql, identifier);
    if (seq !== undefined) for (const id of sql.identities.events.all(seq, eventsMax)) ids.add(id);
  }
  // An id starts with the time of receipt.
  const newest = [...ids].toSorted((one, other) => compare(other, one)).slice(0, eventsMax);
  const events = newest.flatMap((id) => sql.events.byId.get(id) ?? []);
  return events
    .map(({ id, source, type, occurred_at, status }) => ({
      id,
      source,
      type,
      status,
      occurredAt: dateFromMs(occurred_at),
    }))
    .toSorted((one, other) => other.occurredAt.getTime() - one.occurredAt.getTime() || compare(other.id, one.id));
}
