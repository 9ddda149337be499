/** Groups that are shown of events and of deliveries. */
const groupsMax = 100;

const largest = (kind: 'event' | 'delivery'): string => `
  select name, reason, cause, count, last.id as example, first.at as first_at, last.at as last_at
  from (
    select name, reason, cause, count from problem where kind = '${kind}' order by count desc limit ${groupsMax}
  ) as largest`;
const deadOfGroup = `from delivery where status = 'dead' and destination = largest.name
  and reason = largest.reason and cause = largest.cause`;
const failedOfGroup = `from event where status = 'failed' and source = largest.name
  and reason = largest.reason and cause = largest.cause`;
const inGroupOrder = 'order by count desc, name, reason, cause';

const deadRanges = `json_to_recordset($1) as range (destination text, reason text, cause text, since bigint, until bigint)`;
const deadIn = `from delivery where status = 'dead' and delivery.destination = range.destination
  and delivery.reason = range.reason and settled_at >= range.since and settled_at < range.until`;
const withCause = 'and delivery.cause = range.cause';

const oldest = (dead: string): string => `
  select place.at, place.seq from ${deadRanges}, lateral (
    select settled_at as at, seq ${dead} order by settled_at, seq limit $2
  ) as place order by place.at, place.seq limit $2`;
const counts = (dead: string): string => `
  select range.destination, range.reason, dead.count
  from ${deadRanges}, lateral (select count(*) as count ${dead}) as dead
  where dead.count > 0 order by range.destination collate "C", range.reason collate "C"`;

const movable = 'select seq, id, destination, person, status, reason, cause from delivery';

/** By the whole key, of a table and of what changes it. */
const same = ['kind', 'name', 'reason', 'cause'].map((name) => `problem.${name} = change.${name}`).join(' and ');
const changes = 'json_to_recordset($1) as change (kind text, name text, reason text, cause text, count bigint)';
const inOrder = (table: string): string =>
  ['kind', 'name', 'reason', 'cause'].map((name) => `${table}.${name} collate "C"`).join(', ');

export const problemSql = {
  deadGroups: `
    ${largest('delivery')},
      lateral (select settled_at as at ${deadOfGroup} order by settled_at, seq limit 1) as first,
      lateral (select id, settled_at as at ${deadOfGroup} order by settled_at desc, seq desc limit 1) as last
    ${inGroupOrder}`,
  failedGroups: `
    ${largest('event')},
      lateral (select received_at as at ${failedOfGroup} order by received_at, seq limit 1) as first,
      lateral (select id, received_at as at ${failedOfGroup} order by received_at desc, seq desc limit 1) as last
    ${inGroupOrder}`,

  dead: oldest(deadIn),
  deadOfCause: oldest(`${deadIn} ${withCause}`),
  countDead: counts(deadIn),
  countDeadOfCause: counts(`${deadIn} ${withCause}`),

  pending: `
    select seq from delivery where destination = $1 and status = 'pending' and created_at < $2
    order by created_at, seq limit $3`,

  destinationsOf: 'select distinct destination from delivery where id = any($1)',
  movable: `${movable} where seq = any($1::bigint[])`,
  movableByIds: `${movable} where id = any($1)`,
  redeliver: `
    update delivery set status = 'pending', due_at = move."dueAt", settled_at = null, reason = null, cause = null,
      failures = 0, failing_since = null
    from json_to_recordset($1) as move (seq bigint, "dueAt" bigint)
    where delivery.seq = move.seq`,
  cancel: `
    update delivery set status = 'cancelled', settled_at = move."settledAt", due_at = null, is_behind = 0, reason = null,
      cause = null
    from json_to_recordset($1) as move (seq bigint, "settledAt" bigint)
    where delivery.seq = move.seq`,

  add: `
    insert into problem (kind, name, reason, cause, count)
    select kind, name, reason, cause, count from ${changes} order by ${inOrder('change')}
    on conflict (kind, name, reason, cause) do update set count = problem.count + excluded.count`,
  /** Always in one order, so that nobody waits for somebody who waits for them. */
  hold: `select 1 from ${changes} join problem on ${same} order by ${inOrder('problem')} for update of problem`,
  take: `update problem set count = problem.count + change.count from ${changes} where ${same}`,
  /** A group that nothing is left of is none. */
  dropEmpty: `delete from problem using ${changes} where ${same} and problem.count = 0`,
};
