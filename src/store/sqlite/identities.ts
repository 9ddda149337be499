/** Who is who: links between identifiers, learnt from events and followed. What writes runs inside a transaction. */
import { type Resolution, resolve } from '../../identity/resolve.ts';
import { linksReadMax } from '../../identity/sharing.ts';
import { dateFromMs } from '../../model/clock.ts';
import type { Identifier, Link } from '../../model/identity.ts';
import type { Stitching } from '../store.ts';
import type { LinkRow } from './identity-statements.ts';
import type { Statements } from './statements.ts';

/** Remembers that the event carried all of these, and says whose it is by what is known now. */
export function stitch(sql: Statements, stitching: Stitching): Resolution {
  // An event may be erased with its person while it is translated: then nothing of it is learnt.
  if (sql.events.exists.get(stitching.event.id) !== undefined) learn(sql, stitching);
  return resolveNow(sql, stitching.identifiers);
}

export function resolveNow(sql: Statements, identifiers: readonly Identifier[]): Resolution {
  const resolving = resolve(identifiers);
  let asked = resolving.next();
  while (asked.done !== true) asked = resolving.next(asked.value.map((identifier) => linksOf(sql, identifier)));
  return asked.value;
}

function learn(sql: Statements, { event, identifiers }: Stitching): void {
  const { identities } = sql;
  const seqs = [...new Set(identifiers.map((identifier) => seqOf(sql, identifier)))];
  const about = { source: event.source, eventId: event.id, seenAt: event.occurredAt.getTime() };
  for (const identifier of seqs) {
    identities.mark.run(identifier, event.id);
    for (const linked of seqs) if (linked !== identifier) identities.link.run({ identifier, linked, ...about });
  }
}

function seqOf({ identities }: Statements, identifier: Identifier): number {
  const known = identities.seq.get(identifier.kind, identifier.value);
  return known ?? Number(identities.insert.run(identifier).lastInsertRowid);
}

/** The latest, by default one more than a person's identifier may have. */
export function linksOf(
  { identities }: Statements,
  { kind, value }: Identifier,
  limit = linksReadMax + 1,
): readonly Link[] {
  const seq = identities.seq.get(kind, value);
  return seq === undefined ? [] : identities.links.all(seq, limit).map(toLink);
}

const toLink = ({ kind, value, source, event_id, seen_at }: LinkRow): Link => ({
  to: { kind, value },
  source,
  eventId: event_id,
  seenAt: dateFromMs(seen_at),
});
