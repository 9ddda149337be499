import { Pool, type PoolClient, type PoolConfig, types } from 'pg';
import type { Clock } from '../../model/clock.ts';
import { GatewayError } from '../../model/error.ts';
import type { DatabaseClock } from './clock.ts';
import { isCollision, isDatabaseError, storeFault, unavailable } from './fault.ts';
import { fromStored, toParameter } from './text.ts';

/** `SKIP LOCKED`, identity columns and what the migrations use besides have been there for longer; older ones get no fixes. */
const oldestVersion = 130_000;

/** In milliseconds. A sender waits five seconds, so all that it waits for has to end sooner. */
const limits = { connect: 3_000, lock: 2_000, statement: 3_500, answer: 4_000, idleInTransaction: 10_000 };

/** Connections by what they are for, so that none of these waits for another. */
const sizes = { receiving: 2, working: 6, reading: 3 } as const;
export type Purpose = keyof typeof sizes;

/** How often work is begun anew that another transaction stood in the way of. */
const collisionsMax = 5;

/** What runs statements: inside a transaction, or each by itself. */
export interface Queries {
  rows<T>(sql: string, values?: readonly unknown[]): Promise<readonly T[]>;
}

/** Marks work that has to be begun anew because of what was committed meanwhile. */
export class BeginAnew extends GatewayError {
  constructor() {
    super('STORE_UNAVAILABLE', 'too much changes at once');
  }
}

const textOid = 25;
const bigintOid = 20;

/** How values are read: times and counts are numbers, texts are unescaped. */
const getTypeParser = ((oid: number, format?: 'text' | 'binary') => {
  if (oid === textOid) return fromStored;
  if (oid === bigintOid) return Number;
  return types.getTypeParser(oid, format as 'text');
}) as typeof types.getTypeParser;

/** The database behind one URL. Every fault is a GatewayError; none of them holds the URL or a value. */
export class Connections {
  readonly #pools: Readonly<Record<Purpose, Pool>>;
  readonly #clock: DatabaseClock;
  #isClosed = false;

  constructor(url: string, clock: DatabaseClock) {
    this.#clock = clock;
    this.#pools = {
      receiving: poolFor(url, sizes.receiving),
      working: poolFor(url, sizes.working),
      reading: poolFor(url, sizes.reading),
    };
  }

  /** Each statement by itself. */
  get reading(): Queries {
    return { rows: (sql, values) => this.#read(sql, values) };
  }

  /**
   * Runs the work in a transaction and resolves when it is committed. Whoever is told that it failed does not know
   * whether it was committed when the connection broke at that moment: keys and leases settle that at the next try.
   */
  async write<T>(purpose: Purpose, work: (tx: Queries) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#transaction(purpose, work);
      } catch (error) {
        const again = (isCollision(error) || error instanceof BeginAnew) && tries < collisionsMax;
        if (!again) throw error;
      }
    }
  }

  /** A connection of its own without limits of time, for the few things that may take long. */
  async apart<T>(work: (queries: Queries) => Promise<T>): Promise<T> {
    const client = await this.#connect('reading');
    try {
      await client.query('set statement_timeout = 0; set lock_timeout = 0');
      return await work(queriesOf(client, 0));
    } catch (error) {
      throw storeFault(error);
    } finally {
      // With its settings changed it is of no use to others.
      client.release(true);
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(Object.values(this.#pools).map((pool) => pool.end()));
  }

  async #transaction<T>(purpose: Purpose, work: (tx: Queries) => Promise<T>): Promise<T> {
    const client = await this.#begin(purpose);
    try {
      const result = await work(queriesOf(client));
      await client.query('commit');
      client.release();
      return result;
    } catch (error) {
      await giveBack(client, error);
      throw error;
    }
  }

  /** An idle connection may have died unnoticed; before anything was done with it, another one will do. */
  async #begin(purpose: Purpose): Promise<PoolClient> {
    for (let isFirst = true; ; isFirst = false) {
      const client = await this.#connect(purpose);
      try {
        await this.#measure(client);
        return client;
      } catch (error) {
        client.release(true);
        if (!isFirst) throw unavailable(error);
      }
    }
  }

  /** Begins, and asks what time it is on the same way. */
  async #measure(client: PoolClient): Promise<void> {
    const askedMs = performance.now();
    const answers = await client.query<{ ms: number }>(`begin; ${timeNow}`);
    const [, told] = answers as unknown as readonly (typeof answers)[];
    const databaseMs = told?.rows[0]?.ms;
    if (databaseMs !== undefined) this.#clock.measured({ databaseMs, askedMs, answeredMs: performance.now() });
  }

  async #connect(purpose: Purpose): Promise<PoolClient> {
    if (this.#isClosed) throw new GatewayError('STORE_UNAVAILABLE', 'the store is closed');
    try {
      return await this.#pools[purpose].connect();
    } catch (error) {
      throw unavailable(error);
    }
  }

  async #read<T>(sql: string, values?: readonly unknown[]): Promise<readonly T[]> {
    for (let isFirst = true; ; isFirst = false) {
      const client = await this.#connect('reading');
      try {
        const rows = await queriesOf(client).rows<T>(sql, values);
        client.release();
        return rows;
      } catch (error) {
        client.release(isDatabaseError(error));
        if (!isFirst || !isDatabaseError(error)) throw storeFault(error);
      }
    }
  }
}

const timeNow = "select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms";

function queriesOf(client: PoolClient, answerMs: number = limits.answer): Queries {
  return {
    rows: async <T>(text: string, values: readonly unknown[] = []) => {
      const query = { text, values: values.map(toParameter), query_timeout: answerMs };
      return (await client.query(query)).rows as T[];
    },
  };
}

/** A connection that is in doubt is closed: what it was in the middle of ends with it. */
async function giveBack(client: PoolClient, error: unknown): Promise<void> {
  if (isDatabaseError(error) && !(error instanceof BeginAnew)) return client.release(true);
  try {
    await client.query('rollback');
    client.release();
  } catch {
    // Then so be it: the server rolls back what nobody holds any more.
    client.release(true);
  }
}

function poolFor(url: string, max: number): Pool {
  const session = [
    'synchronous_commit=on',
    `lock_timeout=${limits.lock}`,
    `statement_timeout=${limits.statement}`,
    `idle_in_transaction_session_timeout=${limits.idleInTransaction}`,
    // What the plans are made for: short looks into an index, never a machine at full speed.
    'jit=off',
  ];
  const config: PoolConfig = {
    connectionString: url,
    max,
    connectionTimeoutMillis: limits.connect,
    query_timeout: limits.answer,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    application_name: 'hookstitch',
    options: session.map((setting) => `-c ${setting}`).join(' '),
    types: { getTypeParser },
    verify: (client, done) => {
      assertDurable({ rows: async (sql) => (await client.query(sql)).rows }).then(() => done(), done);
    },
  };
  const pool = new Pool(config);
  // A connection that breaks while nobody uses it: the pool has forgotten it already, and without a listener the
  // process would end.
  pool.on('error', () => undefined);
  return pool;
}
