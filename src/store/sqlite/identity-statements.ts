import type { Database } from 'better-sqlite3';
import type { EventId } from '../../model/id.ts';
import type { Identifier } from '../../model/identity.ts';

export interface LinkRow {
  readonly kind: string;
  readonly value: string;
  readonly source: string;
  readonly event_id: EventId;
  readonly seen_at: number;
}

export interface NewLink {
  readonly identifier: number;
  readonly linked: number;
  readonly source: string;
  readonly eventId: EventId;
  readonly seenAt: number;
}

interface NewJoin {
  readonly destination: string;
  readonly userId: string;
  readonly anonymousId: string;
  readonly eventId: EventId;
  readonly joinedAt: number;
}

export function identityStatements(db: Database) {
  return {
    seq: db.prepare<[string, string], number>('select seq from identifier where kind = ? and value = ?').pluck(),
    nextKind: db.prepare<[string], string | null>('select min(kind) from identifier where kind > ?').pluck(),
    insert: db.prepare<Identifier>('insert into identifier (kind, value) values (@kind, @value)'),
    mark: db.prepare<[number, EventId]>('insert or ignore into event_identifier (identifier, event_id) values (?, ?)'),
    // Whatever the order in which two events come, the later one stays, and of two at once the one with the greater id.
    link: db.prepare<NewLink>(`
      insert into identity_link (identifier, linked, source, event_id, seen_at)
      values (@identifier, @linked, @source, @eventId, @seenAt)
      on conflict do update set source = excluded.source, event_id = excluded.event_id, seen_at = excluded.seen_at
      where (excluded.seen_at, excluded.event_id) > (seen_at, event_id)`),
    links: db.prepare<[number, number], LinkRow>(`
      select kind, value, source, event_id, seen_at
      from identity_link join identifier on identifier.seq = identity_link.linked
      where identity_link.identifier = ? order by seen_at desc limit ?`),
    events: db
      .prepare<[number, number], EventId>(
        'select event_id from event_identifier where identifier = ? order by event_id desc limit ?',
      )
      .pluck(),
    join: db.prepare<NewJoin>(`
      insert or ignore into identity_join (destination, user_id, anonymous_id, event_id, joined_at)
      values (@destination, @userId, @anonymousId, @eventId, @joinedAt)`),
  };
}
