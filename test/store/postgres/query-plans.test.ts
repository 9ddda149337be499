import { Client } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openStore } from '../../../src/store/open.ts';
import { accessSql } from '../../../src/store/postgres/access.ts';
import { configFor } from '../../../src/store/postgres/connections.ts';
import { damagedSql } from '../../../src/store/postgres/damaged-rows.ts';
import { joinSql } from '../../../src/store/postgres/deliveries.ts';
import { deliverySql } from '../../../src/store/postgres/delivery-sql.ts';
import { erasureSql } from '../../../src/store/postgres/erasure-sql.ts';
import { eventPageSql, eventPlaceSql } from '../../../src/store/postgres/event-page-sql.ts';
import { eventSql } from '../../../src/store/postgres/events.ts';
import { examinePlaceSql, examineSql } from '../../../src/store/postgres/examine-sql.ts';
import { identitySql } from '../../../src/store/postgres/identities.ts';
import { laneSql } from '../../../src/store/postgres/lanes.ts';
import { linkSql } from '../../../src/store/postgres/links.ts';
import { lostClaimSql } from '../../../src/store/postgres/lost-claims.ts';
import { peopleSql } from '../../../src/store/postgres/people.ts';
import { pulseSql } from '../../../src/store/postgres/postgres-store.ts';
import { presenceSql } from '../../../src/store/postgres/presence.ts';
import { problemSql } from '../../../src/store/postgres/problem-sql.ts';
import { purgeSql } from '../../../src/store/postgres/purge.ts';
import { replayCountSql, replayPlaceSql, replaySql } from '../../../src/store/postgres/replay-sql.ts';
import { seriesSql } from '../../../src/store/postgres/series.ts';
import { tallySql } from '../../../src/store/postgres/tally.ts';
import { translationSql } from '../../../src/store/postgres/translations.ts';
import { unreadableSql } from '../../../src/store/postgres/unreadable.ts';
import { watchSql } from '../../../src/store/postgres/watches.ts';
import { describeOnPostgres, makeDatabase, type TestDatabase } from '../../support/postgres/databases.ts';

/** What grows with history. The others have a row for each source, destination, replay or person being forgotten. */
const history = [
  'request',
  'event',
  'delivery',
  'attempt',
  'identifier',
  'identity_link',
  'event_identifier',
  'identity_join',
  'gone_event',
  'problem',
  'series',
];
/** These hold only what is unfinished, so walking them is cheap. */
const short = /^(event_waiting|event_leased|event_delayed|delivery_due|delivery_leased)$/;

interface Plan {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Index Cond'?: string;
  readonly Plans?: readonly Plan[];
}

const nodesOf = (plan: Plan): readonly Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];

function walksHistory(node: Plan): boolean {
  const { 'Node Type': type, 'Relation Name': table, 'Index Name': index, 'Index Cond': condition } = node;
  if (!type.endsWith('Scan') || !history.includes(table ?? '')) return false;
  return condition === undefined && !(type.includes('Index') && short.test(index ?? ''));
}

/** Statements without parameters cannot be prepared to be explained, or lock a table as a whole. */
const named = Object.entries({
  ...{
    accessSql,
    deliverySql,
    joinSql,
    erasureSql,
    eventSql,
    identitySql,
    laneSql,
    linkSql,
    peopleSql,
    tallySql,
  },
  ...{
    translationSql,
    watchSql,
    pulseSql,
    presenceSql,
    lostClaimSql,
    problemSql,
    replayPlaceSql,
    replayCountSql,
    replaySql,
  },
  ...{ damagedSql, examineSql, examinePlaceSql, purgeSql, seriesSql, unreadableSql },
  ...{ eventPageSql, olderSql: eventPlaceSql.older, newerSql: eventPlaceSql.newer },
}).flatMap(([group, statements]) =>
  Object.entries(statements).map(([name, sql]: [string, string]): [string, string] => [`${group}.${name}`, sql]),
);

describeOnPostgres('query plans of PostgreSQL', () => {
  let database: TestDatabase;
  let client: Client;

  beforeAll(async () => {
    database = await makeDatabase();
    await (await openStore({ dataDir: '', databaseUrl: database.url })).close();
    // A machine that has much else to do takes its time for the history.
    client = new Client({ ...configFor(database.url), query_timeout: 0, statement_timeout: 0 });
    await client.connect();
    await client.query(someHistory);
    await client.query('analyze');
    // What is prepared is to be good for every value.
    await client.query('set plan_cache_mode = force_generic_plan');
  });

  afterAll(async () => {
    await client.end();
    await database.remove();
  });

  const plan = async (sql: string): Promise<readonly Plan[]> => {
    await client.query(`prepare explained as ${sql}`);
    try {
      const count = new Set(sql.match(/\$\d/g)).size;
      const values = count === 0 ? '' : `(${Array(count).fill('null').join()})`;
      const { rows } = await client.query(`explain (format json) execute explained ${values}`);
      return nodesOf(rows[0]['QUERY PLAN'][0].Plan);
    } finally {
      await client.query('deallocate explained');
    }
  };

  it.each(named.filter(([, sql]) => !sql.startsWith('lock ')))('%s finds what it needs by an index', async (_, sql) => {
    expect((await plan(sql)).filter(walksHistory)).toEqual([]);
  });

  it('puts the rest of a person behind the first without walking the line', async () => {
    const indexes = (await plan(deliverySql.putBehind)).flatMap((node) => node['Index Name'] ?? []);

    expect(indexes).toContain('delivery_in_front');
  });

  it.each([
    ['select * from event where message = $1'],
    ['select * from event where status = $1 order by seq limit 1'],
    ['select * from delivery where outgoing_id = $1'],
  ])('would be found out: %s', async (sql) => {
    expect((await plan(sql)).some(walksHistory)).toBe(true);
  });
});

const someHistory = `
  insert into request (source, method, url, received_at, headers, body)
    select 'stripe', 'POST', 'u', n, '{}', '' from generate_series(1, 5000) as n;
  insert into event (id, request_seq, source, type, external_id, occurred_at, received_at, status, settled_at, dedupe_key)
    select 'evt_' || n, n, 'stripe', 't' || n % 20, n, n, n, 'translated', n, sha256(n::text::bytea)
    from generate_series(1, 5000) as n;
  insert into event (id, request_seq, source, type, external_id, occurred_at, received_at, status, reason, message, cause,
      settled_at, dedupe_key)
    select 'evt_' || n, n - 5000, 'stripe', 't' || n % 20, n, n, n, 'failed',
      case n % 3 when 0 then 'not_json' else 'mapping_failed' end, 'm', 'c' || n % 50, n, sha256(n::text::bytea)
    from generate_series(5001, 10000) as n;
  insert into delivery (id, event_id, mapping_file, mapping_version, item, destination, outgoing_id, attempts, created_at,
      status, settled_at, due_at, is_behind, person, payload)
    select 'dlv_' || n, 'evt_' || (n + 1) / 2, 'm', 'v', 0, 'segment', n, n % 2, n,
      case n % 2 when 1 then 'delivered' else 'pending' end, case n % 2 when 1 then n end,
      case n % 2 when 0 then n end, case n % 4 when 0 then 1 else 0 end, n % 500, '{}'
    from generate_series(1, 10000) as n;
  insert into delivery (id, event_id, mapping_file, mapping_version, item, destination, outgoing_id, attempts, created_at,
      status, settled_at, reason, cause, payload)
    select 'dlv_' || n, 'evt_' || n - 10000, 'm', 'v', 0, 'segment', n, 1, n, 'dead', n,
      case n % 3 when 0 then 'timeout' else 'rejected' end, 'c' || n % 50, '{}'
    from generate_series(10001, 15000) as n;
  insert into problem select 'delivery', 'segment', 'rejected', 'c' || n, n from generate_series(1, 5000) as n;
  insert into attempt (id, delivery_id, number, started_at, duration_ms, outcome)
    select 'att_' || n, 'dlv_' || n, 1, n, 1, 'delivered' from generate_series(1, 5000) as n;
  insert into identifier (kind, value) select 'email', n from generate_series(1, 5000) as n;
  insert into identity_link select n, n + 1, 'stripe', 'evt_' || n, n from generate_series(1, 4999) as n;
  insert into event_identifier select n, 'evt_' || n from generate_series(1, 5000) as n;
  insert into identity_join select sha256(n::text::bytea), 'segment', n, n, 'evt_1', n from generate_series(1, 5000) as n;
  insert into series select 'minute', n * 60000, 'event', 'stripe', 'received', 0, 1 from generate_series(1, 5000) as n;
  insert into gone_event select sha256(n::text::bytea), n from generate_series(1, 5000) as n;`;
