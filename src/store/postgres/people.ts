/** Who an identifier belongs to, with all that is linked to it and what they did. */
import { type Walk, type WalkLimits, walk } from '../../identity/walk.ts';
import { meantBy } from '../../identity/written.ts';
import type { EventId } from '../../model/id.ts';
import type { Identifier } from '../../model/identity.ts';
import type { Person } from '../../model/person.ts';
import { eventsMax, newestOf, ownOf, personFrom, toPersonEvents } from '../person.ts';
import type { EventRow } from '../rows.ts';
import type { Queries } from './connections.ts';
import { eventSql } from './events.ts';
import { Links } from './links.ts';

type Read = Queries['rows'];

export const peopleSql = {
  seqs: `
    select identifier.seq, identifier.kind, identifier.value
    from unnest($1::text[], $2::text[]) as asked (kind, value)
    join identifier on identifier.kind = asked.kind and identifier.value = asked.value`,
  /** One short look into the index for each: there are few kinds and many identifiers. */
  kinds: `
    with recursive next (kind) as (
      (select kind from identifier where kind > '' order by kind limit 1)
      union all
      select (select kind from identifier where identifier.kind > next.kind order by kind limit 1)
      from next where next.kind is not null
    )
    select kind from next where kind is not null`,
  newestEvents: `
    select newest.event_id from unnest($1::bigint[]) as asked (seq), lateral (
      select event_id from event_identifier where identifier = asked.seq order by event_id desc limit $2
    ) as newest`,
};

interface Known extends Identifier {
  readonly seq: number;
}

/** Those that an event carried. */
export const knownOf = (read: Read, identifiers: readonly Identifier[]): Promise<readonly Known[]> =>
  read(peopleSql.seqs, [identifiers.map(({ kind }) => kind), identifiers.map(({ value }) => value)]);

export async function findPerson(read: Read, identifier: Identifier): Promise<Person | undefined> {
  if ((await knownOf(read, [identifier])).length === 0) return undefined;
  const person = personFrom(identifier, await walkFrom(read, identifier));
  const known = await knownOf(read, ownOf(person));
  const values = [known.map(({ seq }) => seq), eventsMax];
  const ids = await read<{ event_id: EventId }>(peopleSql.newestEvents, values);
  const newest = newestOf(new Set(ids.map(({ event_id }) => event_id)));
  return { ...person, events: toPersonEvents(await read<EventRow>(eventSql.byIds, [newest])) };
}

/** Of the identifiers that a text may mean those that are known, the likely ones first. */
export async function findIdentifiers(read: Read, text: string): Promise<readonly Identifier[]> {
  const kinds = (await read<{ kind: string }>(peopleSql.kinds)).map(({ kind }) => kind);
  const meant = meantBy(text, kinds);
  const known = await knownOf(read, meant);
  return meant.filter(({ kind, value }) => known.some((one) => one.kind === kind && one.value === value));
}

/** A user has all their links read where all have to be found. */
export async function walkFrom(read: Read, identifier: Identifier, limits?: WalkLimits): Promise<Walk> {
  const links = new Links(read);
  const walking = walk([identifier], limits);
  let asked = walking.next();
  while (asked.done !== true) {
    const isUser = ({ kind }: Identifier): boolean => limits !== undefined && kind === 'user_id';
    const ofUsers = await links.of(asked.value.filter(isUser), limits?.width);
    const ofOthers = await links.of(asked.value.filter((each) => !isUser(each)));
    const [users, others] = [ofUsers.values(), ofOthers.values()];
    asked = walking.next(asked.value.map((each) => (isUser(each) ? users : others).next().value ?? []));
  }
  return asked.value;
}
