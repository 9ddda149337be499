import type { Database } from 'better-sqlite3';
import type { DeliveryStatus } from '../../model/delivery.ts';
import type { DeliveryId, EventId, ReplayId } from '../../model/id.ts';
import type { DeathRange, Found, RangeKind, ReplayableRow, ReplayRange } from '../replay-ranges.ts';
import { type NewReplay, type ReplayCounts, type ReplayRow, type ReplayStep, replayColumns } from '../replay-rows.ts';

type Limited = ReplayRange & { readonly limit: number };

export interface LatestRow {
  readonly id: DeliveryId;
  readonly status: DeliveryStatus;
}

const replayable = 'select seq, received_at as at, source, status, type, reason, cause from event';

const behind = '(received_at, seq) > (@afterAt, @afterSeq) and received_at < @until';
const inOrder = 'order by received_at, seq limit @limit';
/** Each names its index: the others would do as well for SQLite, which knows nothing of how much is stored. */
const ranges = {
  any: `event indexed by event_page where source = @source and status = @status and ${behind}`,
  ofType: `event indexed by event_page_of_type where source = @source and status = @status and type = @type and ${behind}`,
  failed: `event indexed by event_failed where status = 'failed' and source = @source and reason = @reason and ${behind}
    and (@type is null or type = @type)`,
  failedOfCause: `event indexed by event_failed_of_cause where status = 'failed' and source = @source
    and reason = @reason and cause = @cause and ${behind} and (@type is null or type = @type)`,
} as const satisfies Record<RangeKind, string>;

const ofGroup = (name: string): string => `${name}.status = 'dead' and ${name}.destination = @destination
  and ${name}.reason = @reason and ${name}.cause = @cause and ${name}.settled_at >= @since`;
const deaths = `delivery as death indexed by delivery_dead_of_cause join event on event.id = death.event_id
  where ${ofGroup('death')} and (death.settled_at, death.seq) > (@afterAt, @afterSeq) and death.settled_at < @until
    and event.status <> 'received' and not exists (
      select 1 from delivery as earlier where earlier.event_id = death.event_id and ${ofGroup('earlier')}
        and (earlier.settled_at, earlier.seq) < (death.settled_at, death.seq))`;

/** Whether nothing is left to do after `in_line` has changed by so much. */
const isOver = (change: string, dueAt: string): string =>
  `status = 'running' and ${dueAt} is null and in_line + ${change} = 0`;

export function replayStatements(db: Database) {
  const places = (range: string) =>
    db.prepare<Limited, Found>(`select received_at as at, seq, seq as event from ${range} ${inOrder}`);
  const count = (range: string) => db.prepare<ReplayRange, number>(`select count(*) from ${range}`).pluck();
  const settled = 'in_line = in_line - @settled';
  const ended = (change: string, dueAt: string): string => `
    status = iif(${isOver(change, dueAt)}, 'finished', status), ended_at = iif(${isOver(change, dueAt)}, @now, ended_at)`;
  return {
    places: {
      any: places(ranges.any),
      ofType: places(ranges.ofType),
      failed: places(ranges.failed),
      failedOfCause: places(ranges.failedOfCause),
    },
    counts: {
      any: count(ranges.any),
      ofType: count(ranges.ofType),
      failed: count(ranges.failed),
      failedOfCause: count(ranges.failedOfCause),
    },
    deaths: db.prepare<DeathRange & { readonly limit: number }, Found>(`
      select death.settled_at as at, death.seq, event.seq as event from ${deaths}
      order by death.settled_at, death.seq limit @limit`),
    countDeaths: db.prepare<DeathRange, number>(`select count(*) from ${deaths}`).pluck(),
    event: db.prepare<[EventId], ReplayableRow>(`${replayable} where id = ?`),
    eventAt: db.prepare<[number], ReplayableRow>(`${replayable} where seq = ?`),

    insert: db.prepare<NewReplay & { readonly total: number }>(`
      insert into replay (id, filter, destinations, includes_delivered, rate, status, created_at, due_at, walked_at,
        walked_seq, total)
      values (@id, @filter, @destinations, @includesDelivered, @rate, 'running', @createdAt, @createdAt, @walkedAt, 0,
        @total)`),
    due: db.prepare<[number], ReplayRow>(
      `select ${replayColumns} from replay where due_at is not null and due_at <= ? order by due_at`,
    ),
    firstDue: db.prepare<[], number | null>('select min(due_at) from replay where due_at is not null').pluck(),
    step: db.prepare<ReplayStep>(`
      update replay set walked_at = @walkedAt, walked_seq = @walkedSeq, in_line = in_line + @putInLine, due_at = @dueAt,
        ${ended('@putInLine', '@dueAt')}
      where seq = @seq`),
    putInLine: db.prepare<{ readonly replay: number; readonly now: number; readonly seq: number }>(`
      update event set status = 'received', reason = null, message = null, cause = null, settled_at = null, tries = 0,
        kept = null, kept_from = null, replay_seq = @replay, in_line_since = @now
      where seq = @seq`),

    ofEvent: db.prepare<[EventId], ReplayRow>(
      `select ${replayColumns} from replay where seq = (select replay_seq from event where event.id = ?)`,
    ),
    latest: db.prepare<[EventId, string, string], LatestRow>(`
      select id, status from delivery where event_id = ? and destination = ? and outgoing_id = ?
      order by seq desc limit 1`),
    hasDeliveries: db.prepare<[EventId], 1>('select 1 from delivery where event_id = ? limit 1').pluck(),
    settle: db.prepare<ReplayCounts & { readonly seq: number; readonly now: number }>(`
      update replay set ${settled}, translated = translated + @translated, unmatched = unmatched + @unmatched,
        failed = failed + @failed, made_new = made_new + @madeNew, made_again = made_again + @madeAgain,
        left_delivered = left_delivered + @leftDelivered, left_under_way = left_under_way + @leftUnderWay,
        left_out = left_out + @leftOut, joins = joins + @joins, ${ended('-@settled', 'due_at')}
      where seq = @seq`),

    /** Before an event is erased. The next step finds out whether it was the last one. */
    leave: db.prepare<[EventId]>(`
      update replay set in_line = in_line - 1, due_at = iif(status = 'running', ifnull(due_at, created_at), null)
      where seq = (select replay_seq from event where event.id = ?)`),

    byId: db.prepare<[ReplayId], ReplayRow>(`select ${replayColumns} from replay where id = ?`),
    newest: db.prepare<[], ReplayRow>(`select ${replayColumns} from replay order by seq desc limit 100`),
    filters: db.prepare<[], Pick<ReplayRow, 'seq' | 'filter'>>('select seq, filter from replay order by seq'),
    emptyFilter: db.prepare<[string, number]>('update replay set filter = ? where seq = ?'),
    cancel: db.prepare<{ readonly id: ReplayId; readonly now: number }>(`
      update replay set status = 'cancelled', ended_at = @now, due_at = null where id = @id and status = 'running'`),
  };
}
