import type { Database, Statement } from 'better-sqlite3';
import type { EventId } from '../../model/id.ts';
import { countMax } from '../counts.ts';
import type { Conditions, DeliveryLine, EventLine, FailureLine } from '../event-ways.ts';
import type { Place } from '../pages.ts';
import type { DeliveryRow } from '../rows.ts';
import { listedColumns } from './delivery-statements.ts';

/** A stretch of places, as in Span. */
interface Bounds {
  readonly fromAt: number;
  readonly fromSeq: number;
  readonly since: number;
  readonly until: number;
  readonly limit: number;
}

interface MarkBounds extends Bounds {
  readonly identifier: number;
  /** The ids of events begin with the time of their receipt. */
  readonly fromId: string;
}

/** Each reads one short range of one index, so that it costs the same however much is stored. */
function inDirection(db: Database, direction: 'older' | 'newer') {
  const [beyond, order, end] = direction === 'older' ? ['<', 'desc', '>= @since'] : ['>', 'asc', '< @until'];
  const places = (table: string, at: string, where: string): string => `
    select ${at} as at, seq from ${table}
    where ${where} and (${at}, seq) ${beyond} (@fromAt, @fromSeq) and ${at} ${end}
    order by ${at} ${order}, seq ${order} limit @limit`;
  const events = (where: string) => db.prepare<unknown[], Place>(places('event', 'received_at', where));
  const deliveries = (where: string, at = 'created_at') =>
    db.prepare<unknown[], Place>(places('delivery', at, `destination = @destination and ${where}`));
  return {
    events: events('source = @source and status = @status') as Statement<EventLine & Bounds, Place>,
    eventsOfType: events('source = @source and status = @status and type = @type') as Statement<
      EventLine & Bounds,
      Place
    >,
    failures: events("source = @source and status = 'failed' and reason = @reason") as Statement<
      FailureLine & Bounds,
      Place
    >,
    failuresOfCause: events(
      "source = @source and status = 'failed' and reason = @reason and cause = @cause",
    ) as Statement<FailureLine & Bounds, Place>,
    deliveries: deliveries('status = @status') as Statement<DeliveryLine & Bounds, Place>,
    deadOfReason: deliveries("status = 'dead' and reason = @reason") as Statement<DeliveryLine & Bounds, Place>,
    deadOfCause: deliveries("status = 'dead' and reason = @reason and cause = @cause", 'settled_at') as Statement<
      DeliveryLine & Bounds,
      Place
    >,
    marked: db.prepare<MarkBounds, Place>(`
      select received_at as at, event.seq from event_identifier cross join event
      where identifier = @identifier and event_id ${beyond}= @fromId and event.id = event_id
        and (received_at, event.seq) ${beyond} (@fromAt, @fromSeq) and received_at ${end}
      order by event_id ${order} limit @limit`),
  };
}

/** What an event has to be, beside being found. */
const fits = `
    and (@source is null or event.source = @source) and (@type is null or event.type = @type)
    and (@typePrefix is null or substr(event.type, 1, length(@typePrefix)) = @typePrefix)
    and (@status is null or event.status = @status) and event.received_at >= @since and event.received_at < @until
    and (@failure is null or (event.status = 'failed' and event.reason = @failure
      and (@failureCause is null or event.cause = @failureCause)))
    and (@run is null or instr(event.runs, @run) > 0)`;

const isWanted = (delivery: string): string => `
  (@destination is null or ${delivery}.destination = @destination) and (@delivery is null or ${delivery}.status = @delivery)
  and (@died is null or (${delivery}.status = 'dead' and ${delivery}.reason = @died
    and (@diedOf is null or ${delivery}.cause = @diedOf)))`;

export interface FittingRow {
  readonly place: number;
  readonly event: number;
  /** Which part of the request it is. */
  readonly item: number | null;
  readonly request: number;
}

type Asked = Omit<Conditions, 'needles'> & { readonly seqs: string };

export interface CountedLine {
  readonly name: string;
  readonly status: string;
  readonly type: string | null;
  readonly since: number;
  readonly until: number;
}

export function eventPageStatements(db: Database) {
  const count = (table: string, where: string, at: string) =>
    db
      .prepare<CountedLine, number>(`
        select count(*) from (
          select 1 from ${table} where ${where} and status = @status and ${at} >= @since and ${at} < @until
          limit ${countMax + 1})`)
      .pluck();
  return {
    older: inDirection(db, 'older'),
    newer: inDirection(db, 'newer'),
    placeOf: db.prepare<[string], Place>('select received_at as at, seq from event where id = ?'),
    firstType: db
      .prepare<[string, string, string], string | null>(
        'select min(type) from event where source = ? and status = ? and type >= ?',
      )
      .pluck(),
    nextType: db
      .prepare<[string, string, string], string | null>(
        'select min(type) from event where source = ? and status = ? and type > ?',
      )
      .pluck(),
    fitting: db.prepare<Asked, FittingRow>(`
      select event.seq as place, event.seq as event, item, request_seq as request
      from json_each(@seqs) cross join event
      where event.seq = json_each.value
        and (@hasDelivery = 0 or exists (select 1 from delivery where event_id = event.id and ${isWanted('delivery')}))${fits}`),
    /** Of several such deliveries of an event, the one that comes first in the list. */
    fittingDeliveries: db.prepare<Asked & { readonly byEnd: 0 | 1 }, FittingRow>(`
      select delivery.seq as place, event.seq as event, event.item as item, request_seq as request
      from json_each(@seqs) cross join delivery cross join event
      where delivery.seq = json_each.value and event.id = delivery.event_id
        and not exists (
          select 1 from delivery as other where other.event_id = delivery.event_id and ${isWanted('other')}
            and (iif(@byEnd, other.settled_at, other.created_at), other.seq)
              > (iif(@byEnd, delivery.settled_at, delivery.created_at), delivery.seq))${fits}`),
    ofSender: db
      .prepare<[string, string], EventId>('select id from event where source = ? and external_id = ?')
      .pluck(),
    ofDelivery: db.prepare<[string], EventId>('select event_id from delivery where id = ?').pluck(),
    countEvents: count('event', 'source = @name', 'received_at'),
    countEventsOfType: count('event', 'source = @name and type = @type', 'received_at'),
    countDeliveries: count('delivery', 'destination = @name', 'created_at'),
    withText: db
      .prepare<{ readonly request: number; readonly needles: string }, number>(`
        select seq from request
        where seq = @request and exists (
          select 1 from json_each(@needles) where instr(lower(cast(body as text)), lower(value)) > 0)`)
      .pluck(),
    body: db.prepare<[number], Buffer>('select body from request where seq = ?').pluck(),
    deliveriesOf: db.prepare<[string], DeliveryRow & { readonly last_message: string | null }>(`
      select ${listedColumns},
        (select message from attempt where delivery_id = delivery.id and number = delivery.attempts) as last_message
      from delivery where event_id = ? order by seq limit 20`),
  };
}
