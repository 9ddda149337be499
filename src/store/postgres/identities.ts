/** Who is who: links between identifiers, learnt from events and followed. */
import { compare, keyOf } from '../../identity/identifier.ts';
import { type Resolution, resolve } from '../../identity/resolve.ts';
import type { EventId } from '../../model/id.ts';
import type { Identifier } from '../../model/identity.ts';
import type { Stitching } from '../store.ts';
import type { Queries, Transaction } from './connections.ts';
import { Links } from './links.ts';
import { toRecords } from './text.ts';

export const identitySql = {
  /** Held, so that nobody erases them before what they tell is written. */
  existing: 'select id from event where id = any($1) for key share',
  insert: `
    insert into identifier (kind, value)
    select kind, value from unnest($1::text[], $2::text[]) as new (kind, value)
    order by kind collate "C", value collate "C"
    on conflict (kind, value) do nothing`,
  mark: `
    insert into event_identifier (identifier, event_id)
    select identifier.seq, mark."eventId"
    from json_to_recordset($1) as mark (kind text, value text, "eventId" text)
    join identifier on identifier.kind = mark.kind and identifier.value = mark.value
    on conflict do nothing`,
  link: `
    insert into identity_link (identifier, linked, source, event_id, seen_at)
    select one.seq, other.seq, link.source, link."eventId", link."seenAt"
    from json_to_recordset($1) as link (kind text, value text, "toKind" text, "toValue" text, source text, "eventId" text,
      "seenAt" bigint)
    join identifier as one on one.kind = link.kind and one.value = link.value
    join identifier as other on other.kind = link."toKind" and other.value = link."toValue"
    on conflict (identifier, linked) do update
      set source = excluded.source, event_id = excluded.event_id, seen_at = excluded.seen_at
      where (excluded.seen_at, excluded.event_id) > (identity_link.seen_at, identity_link.event_id)`,
};

interface Mark extends Identifier {
  readonly eventId: EventId;
}

/** One after the other, so that each is resolved by what came before it; written in one go at the end. */
export async function stitch(tx: Transaction, stitchings: readonly Stitching[]): Promise<readonly Resolution[]> {
  const ids = [...new Set(stitchings.map(({ event }) => event.id))];
  // An event may be erased with its person while it is translated: then nothing of it is learnt.
  const existing = new Set((await tx.rows<{ id: EventId }>(identitySql.existing, [ids])).map(({ id }) => id));
  const links = new Links((sql, values) => tx.rows(sql, values));
  await links.of(distinct(stitchings.flatMap(({ identifiers }) => identifiers)));
  const marks: Mark[] = [];
  const resolutions: Resolution[] = [];
  for (const { event, identifiers } of stitchings) {
    if (existing.has(event.id)) {
      learn(links, { event, identifiers });
      marks.push(...distinct(identifiers).map((identifier) => ({ ...identifier, eventId: event.id })));
    }
    resolutions.push(await resolveBy(links, identifiers));
  }
  await write(tx, marks, links);
  return resolutions;
}

/** Whose each of these is, without remembering anything. */
export async function resolveAll(
  read: Queries['rows'],
  items: readonly (readonly Identifier[])[],
): Promise<readonly Resolution[]> {
  const links = new Links(read);
  await links.of(distinct(items.flat()));
  const resolutions: Resolution[] = [];
  for (const identifiers of items) resolutions.push(await resolveBy(links, identifiers));
  return resolutions;
}

async function resolveBy(links: Links, identifiers: readonly Identifier[]): Promise<Resolution> {
  const resolving = resolve(identifiers);
  let asked = resolving.next();
  while (asked.done !== true) asked = resolving.next(await links.of(asked.value));
  return asked.value;
}

function learn(links: Links, { event, identifiers }: Stitching): void {
  const all = distinct(identifiers);
  const about = { source: event.source, eventId: event.id, seenAt: event.occurredAt };
  for (const from of all) for (const to of all) if (to !== from) links.add(from, { to, ...about });
}

/** In one order, so that two that write the same wait for each other and not in a circle. */
async function write(tx: Transaction, marks: readonly Mark[], links: Links): Promise<void> {
  if (marks.length === 0) return;
  const all = distinct(marks);
  await tx.rows(identitySql.insert, [all.map(({ kind }) => kind), all.map(({ value }) => value)]);
  await tx.rows(identitySql.mark, [toRecords(marks)]);
  const added = links.added().map(({ from, to, source, eventId, seenAt }) => ({
    ...from,
    toKind: to.kind,
    toValue: to.value,
    ...{ source, eventId, seenAt: seenAt.getTime() },
  }));
  if (added.length > 0) await tx.rows(identitySql.link, [toRecords(added)]);
}

/** Each once, in a fixed order. */
function distinct(identifiers: readonly Identifier[]): readonly Identifier[] {
  const all = new Map(identifiers.map(({ kind, value }) => [keyOf({ kind, value }), { kind, value }]));
  return [...all].toSorted(([one], [other]) => compare(one, other)).map(([, identifier]) => identifier);
}
