/**
 * Each reads one short range of one index for every line, so that it costs the same however much is stored: from a place on
 * ($1, $2) until a time ($3), and so many ($4).
 */

const inDirection = (direction: 'older' | 'newer') => {
  const [beyond, order, end] = direction === 'older' ? ['<', 'desc', '>='] : ['>', 'asc', '<'];
  const merged = ([table, at]: readonly [string, string], where: string, columns: string): string => `
    select place.at, place.seq from json_to_recordset($5) as line (${columns}), lateral (
      select ${at} as at, seq from ${table}
      where ${where} and (${at}, seq) ${beyond} ($1::bigint, $2::bigint) and ${at} ${end} $3::bigint
      order by ${at} ${order}, seq ${order} limit $4) as place`;
  const events = (where: string, columns: string): string =>
    merged(['event', 'received_at'], `event.source = line.source and ${where}`, `source text, ${columns}`);
  const deliveries = (where: string, at = 'created_at'): string =>
    merged(
      ['delivery', at],
      `delivery.destination = line.destination and ${where}`,
      'destination text, status text, reason text, cause text',
    );
  const dead = "status = 'dead' and delivery.reason = line.reason";
  return {
    events: events('event.status = line.status', 'status text'),
    eventsOfType: events(
      'event.status = line.status and left(event.type, 100) = left(line.type, 100) and event.type = line.type',
      'status text, type text',
    ),
    failures: events("event.status = 'failed' and event.reason = line.reason", 'reason text'),
    failuresOfCause: events(
      "event.status = 'failed' and event.reason = line.reason and event.cause = line.cause",
      'reason text, cause text',
    ),
    deliveries: deliveries('delivery.status = line.status'),
    deadOfReason: deliveries(`delivery.${dead}`),
    deadOfCause: deliveries(`delivery.${dead} and delivery.cause = line.cause`, 'settled_at'),
    /** By number of identifier. */
    marked: `
      select place.at, place.seq, line.identifier from unnest($5::bigint[]) as line (identifier), lateral (
        select received_at as at, event.seq from event_identifier join event on event.id = event_id
        where event_identifier.identifier = line.identifier and event_id ${beyond}= $6
          and (received_at, event.seq) ${beyond} ($1::bigint, $2::bigint) and received_at ${end} $3::bigint
        order by event_id ${order} limit $4) as place`,
  };
};

/** What an event has to be, beside being found: Conditions as a JSON list of one. */
const fits = `
    and (asked.source is null or event.source = asked.source) and (asked.type is null or event.type = asked.type)
    and (asked."typePrefix" is null or starts_with(event.type, asked."typePrefix"))
    and (asked.status is null or event.status = asked.status)
    and event.received_at >= asked.since and event.received_at < asked.until
    and (asked.failure is null or (event.status = 'failed' and event.reason = asked.failure
      and (asked."failureCause" is null or event.cause = asked."failureCause")))
    and (asked.run is null or position(asked.run in event.runs) > 0)`;

const isWanted = (delivery: string): string => `
  (asked.destination is null or ${delivery}.destination = asked.destination)
  and (asked.delivery is null or ${delivery}.status = asked.delivery)
  and (asked.died is null or (${delivery}.status = 'dead' and ${delivery}.reason = asked.died
    and (asked."diedOf" is null or ${delivery}.cause = asked."diedOf")))`;

const asked = `json_to_recordset($2) as asked (source text, type text, "typePrefix" text, status text, since bigint,
  until bigint, failure text, "failureCause" text, run text, "hasDelivery" integer, destination text, delivery text,
  died text, "diedOf" text)`;

const timeOf = (delivery: string): string =>
  `case when asked."diedOf" is null then ${delivery}.created_at else ${delivery}.settled_at end`;

const nextType = (beyond: string): string => `
  select left(type, 100) as type from event where source = $1 and status = $2 and left(type, 100) ${beyond} $3
  order by left(type, 100) limit 1`;

/** For each name ($1) and status ($2), within times ($3, $4), up to a number ($5). */
const counted = ([table, name]: readonly [string, string], at: string, more = ''): string => `
  select status, found.count::integer as count from unnest($1::text[]) as name, unnest($2::text[]) as status, lateral (
    select count(*) from (
      select from ${table} where ${table}.${name} = name and ${table}.status = status.status
        and ${at} >= $3 and ${at} < $4 ${more}
      limit $5) as first) as found`;

export const eventPageSql = {
  placesOf: 'select received_at as at, seq from event where id = any($1)',
  firstType: nextType('>='),
  nextType: nextType('>'),
  fitting: `
    select event.seq as place, event.seq as event, item, request_seq as request
    from unnest($1::bigint[]) as one, event, ${asked}
    where event.seq = one and (asked."hasDelivery" = 0 or exists (
      select from delivery where event_id = event.id and ${isWanted('delivery')}))${fits}`,
  /** Of several such deliveries of an event, the one that comes first in the list. */
  fittingDeliveries: `
    select delivery.seq as place, event.seq as event, event.item, request_seq as request
    from unnest($1::bigint[]) as one, delivery, event, ${asked}
    where delivery.seq = one and event.id = delivery.event_id and not exists (
      select from delivery as other where other.event_id = delivery.event_id and ${isWanted('other')}
        and (${timeOf('other')}, other.seq) > (${timeOf('delivery')}, delivery.seq))${fits}`,
  /** By the keys under which they would be known. */
  ofSender: 'select id from event where dedupe_key = any($1)',
  ofDelivery: 'select event_id as id from delivery where id = $1',
  countEvents: counted(['event', 'source'], 'received_at'),
  countEventsOfType: counted(
    ['event', 'source'],
    'received_at',
    `and left(event.type, 100) = left($6, 100) and event.type = $6`,
  ),
  countDeliveries: counted(['delivery', 'destination'], 'created_at'),
  /** Each body is looked through once, however many events are in it. */
  withText: `
    select seq from (
      select seq, lower(encode(body, 'escape') collate "C") as body from request where seq = any($1::bigint[]) offset 0
    ) as written
    where exists (
      select from unnest($2::text[]) as needle
      where position(lower(encode(convert_to(needle, 'UTF8'), 'escape') collate "C") in written.body) > 0)`,
  bodies: 'select seq, body from request where seq = any($1::bigint[])',
};

export const eventPlaceSql = { older: inDirection('older'), newer: inDirection('newer') } as const;
