/** What a page of events is made of. */
import type { EventStatus } from '../../model/event.ts';
import { idBounds } from '../../model/id.ts';
import { type EventReader, type Places, placesByIds, placesOfLines, placesWithin } from '../event-walk.ts';
import { type Conditions, type DeliveryLine, type EventWay, linesMax } from '../event-ways.ts';
import { partsWith } from '../needles.ts';
import type { Place, Span } from '../pages.ts';
import { type DeliveryRow, type EventRow, toDelivery, toEventSummary } from '../rows.ts';
import type { ListedEvent } from '../store.ts';
import type { Queries } from './connections.ts';
import { deliverySql } from './delivery-sql.ts';
import { eventPageSql, eventPlaceSql } from './event-page-sql.ts';
import { eventSql } from './events.ts';
import { knownOf } from './people.ts';
import { namesOf } from './tally.ts';
import { toRecords } from './text.ts';

type Read = Queries['rows'];

export const eventReader = (read: Read): EventReader => ({
  sources: () => namesOf(read, 'event'),
  destinations: () => namesOf(read, 'delivery'),
  types: (source, status, prefix) => typesOf(read, { source, status, prefix }),
  places: (way, span) => placesOn(read, way, span),
  fitting: (way, seqs, conditions) => fitting(read, { way, seqs, conditions }),
  listed: (seqs) => listed(read, seqs),
});

/** What the index has of a type: an entry has a greatest length. */
const indexedLength = 100;

/** One short look into the index for each: there are few types and many events. */
async function typesOf(
  read: Read,
  { source, status, prefix }: { readonly source: string; readonly status: EventStatus; readonly prefix: string },
): Promise<readonly string[] | undefined> {
  const types: string[] = [];
  if (prefix.length >= indexedLength) return undefined;
  let [next] = await read<{ type: string }>(eventPageSql.firstType, [source, status, prefix]);
  while (next?.type.startsWith(prefix) === true) {
    if (next.type.length >= indexedLength || types.length === linesMax) return undefined;
    types.push(next.type);
    [next] = await read<{ type: string }>(eventPageSql.nextType, [source, status, next.type]);
  }
  return types;
}

async function placesOn(read: Read, way: EventWay, span: Span): Promise<Places> {
  const sql = eventPlaceSql[span.direction];
  const { from, since, until, limit, direction } = span;
  const bounds = [from.at, from.seq, direction === 'older' ? since : until, limit];
  switch (way.by) {
    case 'ids':
      return placesWithin(await read<Place>(eventPageSql.placesOf, [way.ids]), span);
    case 'identifiers': {
      const seqs = (await knownOf(read, way.identifiers)).map(({ seq }) => seq);
      const { first, last } = idBounds('evt', from.at);
      const values = [...bounds, seqs, direction === 'older' ? last : first];
      const places = await read<Place & { readonly identifier: number }>(sql.marked, values);
      return placesByIds([...Map.groupBy(places, ({ identifier }) => identifier).values()], span);
    }
    case 'failures': {
      const isOfCause = way.lines.some(({ cause }) => cause !== null);
      const values = [...bounds, toRecords(way.lines)];
      return placesOfLines(await read(isOfCause ? sql.failuresOfCause : sql.failures, values), span);
    }
    case 'deliveries':
      return placesOfLines(await read(sqlFor(way.lines, direction), [...bounds, toRecords(way.lines)]), span);
    case 'events': {
      const isOfType = way.lines.some(({ type }) => type !== null);
      const values = [...bounds, toRecords(way.lines)];
      return placesOfLines(await read(isOfType ? sql.eventsOfType : sql.events, values), span);
    }
  }
}

/** Of lines that are all alike. */
export function sqlFor(lines: readonly DeliveryLine[], direction: Span['direction']): string {
  const { deliveries, deadOfReason, deadOfCause } = eventPlaceSql[direction];
  if (lines.every(({ reason }) => reason === null)) return deliveries;
  return lines.every(({ cause }) => cause === null) ? deadOfReason : deadOfCause;
}

interface Asking {
  readonly way: EventWay;
  readonly seqs: readonly number[];
  readonly conditions: Conditions;
}

interface FittingRow {
  readonly place: number;
  readonly event: number;
  readonly item: number | null;
  readonly request: number;
}

async function fitting(read: Read, { way, seqs, conditions }: Asking): Promise<ReadonlyMap<number, number>> {
  const sql = way.by === 'deliveries' ? eventPageSql.fittingDeliveries : eventPageSql.fitting;
  const { needles, ...asked } = conditions;
  const rows = await read<FittingRow>(sql, [seqs, toRecords([asked])]);
  const found = needles === null ? rows : await withText(read, rows, needles);
  return new Map(found.map(({ place, event }) => [place, event]));
}

/** Those that say it themselves, and not only another event in the same request. */
async function withText(
  read: Read,
  rows: readonly FittingRow[],
  needles: readonly string[],
): Promise<readonly FittingRow[]> {
  const asked = [...new Set(rows.map(({ request }) => request))];
  const having = (await read<{ seq: number }>(eventPageSql.withText, [asked, needles])).map(({ seq }) => seq);
  const rowsOf = Map.groupBy(rows, ({ request }) => request);
  const found = having.map((request) => ({ request, own: rowsOf.get(request) ?? [] }));
  const inParts = found.filter(({ own }) => own.some(({ item }) => item !== null)).map(({ request }) => request);
  const fits = new Set<FittingRow>(found.flatMap(({ own }) => own));
  for (let first = 0; first < inParts.length; first += bodiesAtOnce) {
    const some = inParts.slice(first, first + bodiesAtOnce);
    for (const { seq, body } of await read<{ seq: number; body: Buffer }>(eventPageSql.bodies, [some])) {
      const isFound = partsWith(`${body}`, needles);
      for (const row of rowsOf.get(seq) ?? []) if (!isFound(row.item)) fits.delete(row);
    }
  }
  return [...fits];
}

/** Each may be as large as a request. */
const bodiesAtOnce = 20;

async function listed(read: Read, seqs: readonly number[]): Promise<readonly ListedEvent[]> {
  const rows = new Map((await read<EventRow>(eventSql.bySeqs, [seqs])).map((row) => [row.seq, row]));
  const events = seqs.flatMap((seq) => rows.get(seq) ?? []);
  const deliveries = await read<DeliveryRow & { last_message: string | null }>(deliverySql.firstOfEvents, [
    events.map(({ id }) => id),
  ]);
  const ofEvent = Map.groupBy(deliveries, ({ event_id }) => event_id);
  return events.map((row) => ({
    ...toEventSummary(row),
    deliveries: (ofEvent.get(row.id) ?? []).map((one) => ({ ...toDelivery(one), lastMessage: one.last_message })),
  }));
}
