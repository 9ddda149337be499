import { replayColumns } from '../replay-rows.ts';

const ranges = `json_to_recordset($1) as range (source text, status text, type text, reason text, cause text,
  "afterAt" bigint, "afterSeq" bigint, until bigint)`;
const behind = '(received_at, seq) > (range."afterAt", range."afterSeq") and received_at < range.until';
const ofSource = 'event.source = range.source';
const ofFailed = `event.status = 'failed' and ${ofSource} and event.reason = range.reason`;
const maybeOfType = '(range.type is null or event.type = range.type)';

/** Each by an index of its own. */
const kinds = {
  any: `event where ${ofSource} and event.status = range.status and ${behind}`,
  ofType: `event where ${ofSource} and event.status = range.status and left(event.type, 100) = left(range.type, 100)
    and event.type = range.type and ${behind}`,
  failed: `event where ${ofFailed} and ${behind} and ${maybeOfType}`,
  failedOfCause: `event where ${ofFailed} and event.cause = range.cause and ${behind} and ${maybeOfType}`,
};

/** The first of all these ranges. */
const places = (kind: string): string => `
  select place.at, place.seq, place.seq as event from ${ranges}, lateral (
    select received_at as at, seq from ${kind} order by received_at, seq limit $2
  ) as place order by place.at, place.seq limit $2`;
const count = (kind: string): string => `
  select coalesce(sum(counted.count), 0)::bigint as count
  from ${ranges}, lateral (select count(*) as count from ${kind}) as counted`;

export const replayPlaceSql = {
  any: places(kinds.any),
  ofType: places(kinds.ofType),
  failed: places(kinds.failed),
  failedOfCause: places(kinds.failedOfCause),
};
export const replayCountSql = {
  any: count(kinds.any),
  ofType: count(kinds.ofType),
  failed: count(kinds.failed),
  failedOfCause: count(kinds.failedOfCause),
};

const ofGroup = (name: string): string => `${name}.status = 'dead' and ${name}.destination = $1 and ${name}.reason = $2
  and ${name}.cause = $3 and ${name}.settled_at >= $4::bigint`;
/** Each event's first. */
const deaths = `from delivery as death join event on event.id = death.event_id
  where ${ofGroup('death')} and death.settled_at < $5::bigint and (death.settled_at, death.seq) > ($6::bigint, $7::bigint)
    and event.status <> 'received' and not exists (
      select 1 from delivery as earlier where earlier.event_id = death.event_id and ${ofGroup('earlier')}
        and (earlier.settled_at, earlier.seq) < (death.settled_at, death.seq))`;

const replayable = 'select seq, received_at as at, source, status, type, reason, cause from event';

/** How it ends where nothing is left to do after `in_line` has changed by so much. */
function ended(change: string, { dueAt, now }: { readonly dueAt: string; readonly now: string }): string {
  const isOver = `status = 'running' and ${dueAt} is null and in_line + ${change} = 0`;
  return `status = case when ${isOver} then 'finished' else status end,
    ended_at = case when ${isOver} then ${now} else ended_at end`;
}

export const replaySql = {
  deaths: `select death.settled_at as at, death.seq, event.seq as event ${deaths}
    order by death.settled_at, death.seq limit $8`,
  countDeaths: `select count(*) as count ${deaths}`,
  named: `${replayable} where id = any($1)`,
  /** Whoever else would move one of these waits. */
  toPutInLine: `${replayable} where seq = any($1::bigint[]) order by seq for update`,
  putInLine: `
    update event set status = 'received', reason = null, message = null, cause = null, settled_at = null, tries = 0,
      kept = null, kept_from = null, replay_seq = $2, in_line_since = $3
    where seq = any($1::bigint[])`,

  insert: `
    insert into replay (id, filter, destinations, includes_delivered, rate, status, created_at, due_at, walked_at,
      walked_seq, total)
    select id, filter, destinations, "includesDelivered", rate, 'running', "createdAt", "createdAt", "walkedAt", 0, total
    from json_to_recordset($1) as new (id text, filter text, destinations text, "includesDelivered" smallint,
      rate double precision, "createdAt" bigint, "walkedAt" bigint, total bigint)
    returning ${replayColumns}`,
  due: `select seq from replay where due_at is not null and due_at <= $1 order by due_at`,
  dueOne: `select ${replayColumns} from replay where seq = $1 and due_at is not null and due_at <= $2`,
  firstDue: 'select min(due_at) as due_at from replay where due_at is not null',
  step: `
    update replay set walked_at = $2, walked_seq = $3, in_line = in_line + $4::bigint, due_at = $5::bigint,
      ${ended('$4::bigint', { dueAt: '$5::bigint', now: '$6::bigint' })}
    where seq = $1`,

  bySeqs: `select ${replayColumns} from replay where seq = any($1::bigint[]) order by seq`,
  /** What has been made of events, in the order in which it was. */
  deliveriesOf: `
    select seq, event_id, id, destination, person, status, reason, cause, outgoing_id
    from delivery where event_id = any($1) order by seq`,
  settle: `
    update replay set in_line = in_line - counts.settled, translated = replay.translated + counts.translated,
      unmatched = replay.unmatched + counts.unmatched, failed = replay.failed + counts.failed,
      made_new = made_new + counts."madeNew", made_again = made_again + counts."madeAgain",
      left_delivered = left_delivered + counts."leftDelivered", left_under_way = left_under_way + counts."leftUnderWay",
      left_out = left_out + counts."leftOut", joins = replay.joins + counts.joins,
      ${ended('-counts.settled', { dueAt: 'due_at', now: 'counts.now' })}
    from json_to_recordset($1) as counts (seq bigint, settled bigint, translated bigint, unmatched bigint, failed bigint,
      "madeNew" bigint, "madeAgain" bigint, "leftDelivered" bigint, "leftUnderWay" bigint, "leftOut" bigint, joins bigint,
      now bigint)
    where replay.seq = counts.seq`,

  /** Before events are erased. The next step finds out whether they were the last ones. */
  leave: `
    update replay set in_line = in_line - leaving.count,
      due_at = case when status = 'running' then coalesce(due_at, created_at) end
    from (
      select replay_seq, count(*) as count from event where id = any($1) and replay_seq is not null group by replay_seq
    ) as leaving
    where replay.seq = leaving.replay_seq`,

  byId: `select ${replayColumns} from replay where id = $1`,
  newest: `select ${replayColumns} from replay order by seq desc limit 100`,
  filters: 'select seq, filter from replay order by seq',
  emptyFilter: 'update replay set filter = $2 where seq = $1',
  cancel: `
    update replay set status = 'cancelled', ended_at = $2, due_at = null where id = $1 and status = 'running'
    returning seq`,
};
