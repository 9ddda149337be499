/** The side of PostgreSQL when a store is moved into it. */
import { GatewayError } from '../../model/error.ts';
import type { MovedRow, MovedValue, PlannedTable, Schema } from '../moved.ts';
import { digestOf } from '../tombstones.ts';
import { applyMigrations } from './apply-migrations.ts';
import { DatabaseClock } from './clock.ts';
import { Connections, type Queries } from './connections.ts';
import { joinDigest } from './deliveries.ts';
import { lockOf } from './locks.ts';
import { toRecords } from './text.ts';

/** Read back at once: of bodies and payloads, which are up to a megabyte each. */
const fetched = 100;

/** Has a row in an empty store. */
const neverEmpty = ['migration', 'pulse'];

type Make = (row: MovedRow) => MovedValue;

/** The columns that only PostgreSQL has; one that has no maker makes itself. */
const made: Readonly<Record<string, Readonly<Record<string, Make | undefined>>>> = {
  event: { dedupe_key: ({ source, external_id }) => digestOf(`${source}`, `${external_id}`) },
  attempt: { seq: undefined },
  tally: { shard: () => 0 },
  stitch_tally: { shard: () => 0 },
  series: { shard: () => 0 },
  identity_join: {
    digest: ({ destination, user_id, anonymous_id }) =>
      Buffer.from(joinDigest(`${destination}`, `${user_id}`, `${anonymous_id}`), 'hex'),
  },
};

export interface MoveTarget {
  readonly schema: Schema;
  readonly made: Readonly<Record<string, readonly string[]>>;
  write(table: PlannedTable, rows: readonly MovedRow[]): Promise<void>;
  rows(table: PlannedTable): AsyncIterable<readonly MovedRow[]>;
  /** What is numbered next comes after what was written. */
  setSequences(): Promise<void>;
}

export interface Moving {
  readonly url: string;
  readonly now: Date;
}

/**
 * Runs the move in one transaction, in which nobody else writes: replicas that start meanwhile wait for its end. Throws
 * REQUEST_INVALID when anything is there already.
 */
export async function moveIntoPostgres<T>({ url, now }: Moving, move: (target: MoveTarget) => Promise<T>): Promise<T> {
  const connections = new Connections(url, new DatabaseClock());
  try {
    // Asks also whether the server is one that may be relied on.
    await connections.write({ purpose: 'working' }, async () => undefined);
    await applyMigrations(connections, now);
    return await connections.apart(async (queries) => {
      await queries.rows('begin');
      await queries.rows('set local enable_seqscan = on');
      await queries.rows('select pg_advisory_xact_lock($1)', [lockOf('migration')]);
      const schema = await schemaOf(queries);
      await queries.rows(`lock table ${[...schema.keys()].map(quoted).join(', ')} in exclusive mode`);
      await assertEmpty(queries, schema);
      const result = await move(targetOf(queries, schema));
      await queries.rows('commit');
      return result;
    });
  } finally {
    await connections.close();
  }
}

const quoted = (name: string): string => `"${name}"`;
const listed = (columns: readonly string[]): string => columns.map(quoted).join(', ');

async function schemaOf(queries: Queries): Promise<Schema> {
  const rows = await queries.rows<{ table: string; columns: readonly string[] }>(`
    select table_name::text as table, array_agg(column_name::text order by ordinal_position) as columns
    from information_schema.columns
    where table_schema = current_schema() group by table_name`);
  return new Map(rows.map(({ table, columns }) => [table, columns]));
}

async function assertEmpty(queries: Queries, schema: Schema): Promise<void> {
  for (const table of schema.keys()) {
    if (neverEmpty.includes(table)) continue;
    const [row] = await queries.rows<{ has: boolean }>(`select exists (select from ${quoted(table)}) as has`);
    if (row?.has !== true) continue;
    throw new GatewayError('REQUEST_INVALID', `the database at DATABASE_URL is not empty: ${table} has rows`, {
      hint: 'A store is moved into a new database, and a finished move needs no other: start the gateway with DATABASE_URL.',
    });
  }
}

function targetOf(queries: Queries, schema: Schema): MoveTarget {
  return {
    schema,
    made: Object.fromEntries(Object.entries(made).map(([table, columns]) => [table, Object.keys(columns)])),
    write: async ({ name, columns }, rows) => {
      const makers = Object.entries(made[name] ?? {}).flatMap(([column, make]) => (make ? [{ column, make }] : []));
      const all = listed([...columns, ...makers.map(({ column }) => column)]);
      const records = rows.map((row) => {
        const more = makers.map(({ column, make }): [string, MovedValue] => [column, make(row)]);
        return Object.fromEntries([...Object.entries(row), ...more].map(([column, value]) => [column, inJson(value)]));
      });
      const sql = `insert into ${quoted(name)} (${all})
        select ${all} from json_populate_recordset(null::${quoted(name)}, $1::json)`;
      await queries.rows(sql, [toRecords(records)]);
    },
    rows: async function* ({ name, columns }) {
      await queries.rows(`declare moved no scroll cursor for select ${listed(columns)} from ${quoted(name)}`);
      for (;;) {
        const rows = await queries.rows<MovedRow>(`fetch ${fetched} from moved`);
        if (rows.length === 0) break;
        yield rows;
      }
      await queries.rows('close moved');
    },
    setSequences: async () => {
      for (const [table, columns] of schema) {
        if (!columns.includes('seq')) continue;
        await queries.rows(`
          select setval(pg_get_serial_sequence('${quoted(table)}', 'seq'), max(seq)) from ${quoted(table)}
          having max(seq) is not null`);
      }
    },
  };
}

/** As the input of bytea reads it; texts are escaped where all is. */
const inJson = (value: MovedValue): string | number | null =>
  value instanceof Uint8Array ? `\\x${Buffer.from(value).toString('hex')}` : value;
