/** What a page of events is made of. */
import { setImmediate as others } from 'node:timers/promises';
import { idBounds } from '../../model/id.ts';
import { type EventReader, type Places, placesByIds, placesOfLines, placesWithin } from '../event-walk.ts';
import { type Conditions, type DeliveryLine, type EventWay, linesMax } from '../event-ways.ts';
import { partsWith } from '../needles.ts';
import type { Span } from '../pages.ts';
import { type DeliveryRow, toDelivery, toEventSummary } from '../rows.ts';
import type { ListedEvent } from '../store.ts';
import type { FittingRow } from './event-page-statements.ts';
import { seqOf } from './people.ts';
import type { Statements } from './statements.ts';

export const eventReader = (sql: Statements): EventReader => ({
  sources: async () => sql.tally.names.all('event'),
  destinations: async () => sql.tally.names.all('delivery'),
  types: async (source, status, prefix) => typesOf(sql, [source, status, prefix]),
  places: async (way, span) => placesOn(sql, way, span),
  fitting: async (way, seqs, conditions) => {
    // Between two looks others have their turn.
    await others();
    return await fitting(sql, { way, seqs, conditions });
  },
  listed: async (seqs) => seqs.flatMap((seq) => listed(sql, seq)),
});

/** One short look into the index for each: there are few types and many events. */
function typesOf({ eventPages }: Statements, [source, status, prefix]: readonly [string, string, string]) {
  const types: string[] = [];
  let type = eventPages.firstType.get(source, status, prefix);
  while (type?.startsWith(prefix) === true) {
    if (types.length === linesMax) return undefined;
    types.push(type);
    type = eventPages.nextType.get(source, status, type);
  }
  return types;
}

function placesOn(sql: Statements, way: EventWay, span: Span): Places {
  const statements = sql.eventPages[span.direction];
  const { from, since, until, limit } = span;
  const bounds = { fromAt: from.at, fromSeq: from.seq, since, until, limit };
  switch (way.by) {
    case 'ids':
      return placesWithin(
        way.ids.flatMap((id) => sql.eventPages.placeOf.all(id)),
        span,
      );
    case 'identifiers': {
      const { first, last } = idBounds('evt', from.at);
      const fromId = span.direction === 'older' ? last : first;
      const seqs = way.identifiers.flatMap((identifier) => seqOf(sql, identifier) ?? []);
      const lines = seqs.map((identifier) => statements.marked.all({ ...bounds, identifier, fromId }));
      return placesByIds(lines, span);
    }
    case 'failures': {
      const { failures, failuresOfCause } = statements;
      const places = way.lines.flatMap((line) =>
        (line.cause === null ? failures : failuresOfCause).all({ ...line, ...bounds }),
      );
      return placesOfLines(places, span);
    }
    case 'deliveries':
      return placesOfLines(
        way.lines.flatMap((line) => statementFor(statements, line).all({ ...line, ...bounds })),
        span,
      );
    case 'events': {
      const { events, eventsOfType } = statements;
      const places = way.lines.flatMap((line) =>
        (line.type === null ? events : eventsOfType).all({ ...line, ...bounds }),
      );
      return placesOfLines(places, span);
    }
  }
}

export function statementFor(statements: Statements['eventPages']['older'], { reason, cause }: DeliveryLine) {
  if (reason === null) return statements.deliveries;
  return cause === null ? statements.deadOfReason : statements.deadOfCause;
}

interface Asking {
  readonly way: EventWay;
  readonly seqs: readonly number[];
  readonly conditions: Conditions;
}

async function fitting(sql: Statements, { way, seqs, conditions }: Asking): Promise<ReadonlyMap<number, number>> {
  const { eventPages } = sql;
  const { needles, ...others } = conditions;
  const asked = { ...others, seqs: JSON.stringify(seqs) };
  const rows =
    way.by === 'deliveries'
      ? eventPages.fittingDeliveries.all({ ...asked, byEnd: conditions.diedOf === null ? 0 : 1 })
      : eventPages.fitting.all(asked);
  const found = needles === null ? rows : await withText(sql, rows, needles);
  return new Map(found.map(({ place, event }) => [place, event]));
}

/** Bodies are looked through for so long before others have their turn: whoever sends meanwhile waits for no longer. */
const lookMs = 10;

/** Those that say it themselves, and not only another event in the same request. */
async function withText(
  { eventPages }: Statements,
  rows: readonly FittingRow[],
  needles: readonly string[],
): Promise<readonly FittingRow[]> {
  const found: FittingRow[] = [];
  const texts = JSON.stringify(needles);
  let endMs = performance.now() + lookMs;
  for (const [request, own] of Map.groupBy(rows, (row) => row.request)) {
    if (performance.now() >= endMs) {
      await others();
      endMs = performance.now() + lookMs;
    }
    if (eventPages.withText.get({ request, needles: texts }) === undefined) continue;
    const isWhole = own.every(({ item }) => item === null);
    const isFound = isWhole ? () => true : partsWith(`${eventPages.body.get(request) ?? ''}`, needles);
    found.push(...own.filter(({ item }) => isFound(item)));
  }
  return found;
}

function listed(sql: Statements, seq: number): readonly ListedEvent[] {
  return sql.events.bySeq.all(seq).map((row) => {
    const deliveries = sql.eventPages.deliveriesOf.all(row.id);
    return {
      ...toEventSummary(row),
      deliveries: deliveries.map(({ last_message: lastMessage, ...delivery }) => ({
        ...toDelivery(delivery as DeliveryRow),
        lastMessage,
      })),
    };
  });
}
