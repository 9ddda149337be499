import { keyOf } from '../../identity/identifier.ts';
import { linksReadMax } from '../../identity/sharing.ts';
import { dateFromMs } from '../../model/clock.ts';
import type { EventId } from '../../model/id.ts';
import type { Identifier, Link } from '../../model/identity.ts';
import type { Queries } from './connections.ts';

export const linkSql = {
  /** Of each identifier asked for, by its place, the latest links; one row without a link where it has none. */
  latest: `
    select asked.place, other.kind, other.value, latest.source, latest.event_id, latest.seen_at
    from unnest($1::text[], $2::text[]) with ordinality as asked (kind, value, place)
    join identifier on identifier.kind = asked.kind and identifier.value = asked.value
    cross join lateral (
      select linked, source, event_id, seen_at from identity_link
      where identity_link.identifier = identifier.seq order by seen_at desc limit $3
    ) as latest
    join identifier as other on other.seq = latest.linked
    order by asked.place, latest.seen_at desc`,
};

interface LinkRow {
  readonly place: number;
  readonly kind: string;
  readonly value: string;
  readonly source: string;
  readonly event_id: EventId;
  readonly seen_at: number;
}

/** Of several events that carried both ends the later one stays, and of two at once the one with the greater id. */
const isLater = (one: Link, other: Link): boolean =>
  one.seenAt > other.seenAt || (one.seenAt.getTime() === other.seenAt.getTime() && one.eventId > other.eventId);

/** A link that is not in the table yet. */
export interface NewLink extends Link {
  readonly from: Identifier;
}

/** Links as one transaction sees them: read once, with those that it adds itself. */
export class Links {
  readonly #read: Queries['rows'];
  readonly #known = new Map<string, readonly Link[]>();
  readonly #new = new Map<string, NewLink>();

  constructor(read: Queries['rows']) {
    this.#read = read;
  }

  /** The latest of each, by default one more than a person's identifier may have. */
  async of(asked: readonly Identifier[], limit = linksReadMax + 1): Promise<readonly (readonly Link[])[]> {
    const unread = asked.filter((identifier) => !this.#known.has(cacheKey(identifier, limit)));
    if (unread.length > 0) await this.#load(unread, limit);
    return asked.map((identifier) => this.#known.get(cacheKey(identifier, limit)) ?? []);
  }

  /** Says that one event carried both; of what is known already nothing changes. */
  add(from: Identifier, link: Link): void {
    const key = cacheKey(from, linksReadMax + 1);
    const known = this.#known.get(key) ?? [];
    const before = known.find(({ to }) => to.kind === link.to.kind && to.value === link.to.value);
    if (before !== undefined && !isLater(link, before)) return;
    const others = before === undefined ? known : known.filter((other) => other !== before);
    const latest = [link, ...others].toSorted((one, other) => other.seenAt.getTime() - one.seenAt.getTime());
    this.#known.set(key, latest.slice(0, linksReadMax + 1));
    const name = JSON.stringify([from.kind, from.value, link.to.kind, link.to.value]);
    const added = this.#new.get(name);
    if (added === undefined || isLater(link, added)) this.#new.set(name, { ...link, from });
  }

  added(): readonly NewLink[] {
    return [...this.#new.values()];
  }

  async #load(asked: readonly Identifier[], limit: number): Promise<void> {
    const kinds = asked.map(({ kind }) => kind);
    const values = asked.map(({ value }) => value);
    const rows = await this.#read<LinkRow>(linkSql.latest, [kinds, values, limit]);
    const links = asked.map((): Link[] => []);
    for (const row of rows) links[row.place - 1]?.push(toLink(row));
    for (const [index, identifier] of asked.entries()) this.#known.set(cacheKey(identifier, limit), links[index] ?? []);
  }
}

const cacheKey = (identifier: Identifier, limit: number): string => `${limit} ${keyOf(identifier)}`;

const toLink = ({ kind, value, source, event_id, seen_at }: LinkRow): Link => ({
  to: { kind, value },
  source,
  eventId: event_id,
  seenAt: dateFromMs(seen_at),
});
