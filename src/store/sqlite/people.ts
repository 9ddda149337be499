/** Who an identifier belongs to, with all that is linked to it and what they did. */
import { linksReadMax } from '../../identity/sharing.ts';
import { type Walk, type WalkLimits, walk } from '../../identity/walk.ts';
import { meantBy } from '../../identity/written.ts';
import type { EventId } from '../../model/id.ts';
import type { Identifier } from '../../model/identity.ts';
import type { Person, PersonEvent } from '../../model/person.ts';
import { eventsMax, newestOf, ownOf, personFrom, toPersonEvents } from '../person.ts';
import { linksOf } from './identities.ts';
import type { Statements } from './statements.ts';

export function findPerson(sql: Statements, identifier: Identifier): Person | undefined {
  if (seqOf(sql, identifier) === undefined) return undefined;
  const person = personFrom(identifier, walkFrom(sql, identifier));
  return { ...person, events: newestEvents(sql, ownOf(person)) };
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

function newestEvents(sql: Statements, identifiers: readonly Identifier[]): readonly PersonEvent[] {
  const ids = new Set<EventId>();
  for (const identifier of identifiers) {
    const seq = seqOf(sql, identifier);
    if (seq !== undefined) for (const id of sql.identities.events.all(seq, eventsMax)) ids.add(id);
  }
  return toPersonEvents(newestOf(ids).flatMap((id) => sql.events.byId.get(id) ?? []));
}
