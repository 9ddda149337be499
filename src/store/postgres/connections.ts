import { Client, Pool, type PoolClient, type PoolConfig, type QueryConfig, type QueryResult, types } from 'pg';
import { GatewayError } from '../../model/error.ts';
import type { DatabaseClock } from './clock.ts';
import { assertDurable } from './durable.ts';
import { isCollision, isConnectionLost, isDatabaseError, storeFault, unavailable } from './fault.ts';
import { inOrder } from './locks.ts';
import { fromStored, toParameter } from './text.ts';

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

/** What belongs to one commit. */
export interface Transaction extends Queries {
  /** A statement whose answer nobody needs: it travels with the next one or with the commit, which fails if it does. */
  along(sql: string, values: readonly unknown[]): void;
}

/** A connection that somebody keeps. */
export interface Session extends Queries {
  end(): Promise<void>;
}

export interface Writing {
  readonly purpose: Exclude<Purpose, 'reading'>;
  /** Held until the transaction ends. */
  readonly locks?: readonly bigint[];
}

/** Thrown by work that has to be begun anew because of what was committed meanwhile. */
export class BeginAnew extends GatewayError {
  constructor() {
    super('STORE_UNAVAILABLE', 'too much changes at once');
  }
}

/** The database behind one URL. Every fault is a GatewayError; none of them holds the URL or a value. */
export class Connections {
  readonly #config: PoolConfig;
  readonly #pools: Readonly<Record<Purpose, Pool>>;
  readonly #clock: DatabaseClock;
  #isClosed = false;

  constructor(url: string, clock: DatabaseClock) {
    this.#config = configFor(url);
    this.#clock = clock;
    this.#pools = {
      receiving: poolOf(this.#config, sizes.receiving),
      working: poolOf(this.#config, sizes.working),
      reading: poolOf(this.#config, sizes.reading),
    };
  }

  /**
   * Runs the work in a transaction and resolves when it is committed. Whoever is told that it failed does not know
   * whether it was committed when the connection broke at that moment: keys and leases settle that at the next try.
   */
  async write<T>({ purpose, locks = [] }: Writing, work: (tx: Transaction) => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await this.#transaction(await this.#begin(purpose, inOrder(locks)), work);
      } catch (error) {
        const isToBeginAnew = isCollision(error) || error instanceof BeginAnew;
        if (!isToBeginAnew || tries === collisionsMax) throw storeFault(error);
      }
    }
  }

  /** One statement by itself. */
  async read<T>(sql: string, values?: readonly unknown[]): Promise<readonly T[]> {
    return this.#reading((client) => queriesOf(client).rows<T>(sql, values));
  }

  /** Reads in as many statements as it takes, all of the same moment. */
  async snapshot<T>(work: (read: Queries['rows']) => Promise<T>): Promise<T> {
    return this.#reading((client) => ofOneMoment(queriesOf(client), work));
  }

  /** The same for what takes the longer the more is stored, without limits of time. */
  async longSnapshot<T>(work: (read: Queries['rows']) => Promise<T>): Promise<T> {
    return this.apart((queries) => ofOneMoment(queries, work));
  }

  /** A connection of its own, without limits of time, for the few things that may take long; `stop` breaks it off. */
  async apart<T>(
    work: (queries: Queries & { script(sql: string): Promise<void> }) => Promise<T>,
    stop?: AbortSignal,
  ): Promise<T> {
    if (this.#isClosed) throw closed();
    const client = new Client({ ...this.#config, query_timeout: 0 });
    client.on('error', () => undefined);
    const breakOff = (): void => void client.end().catch(() => undefined);
    stop?.addEventListener('abort', breakOff, { once: true });
    try {
      await client.connect();
      await client.query(
        'set statement_timeout = 0; set lock_timeout = 0; set idle_in_transaction_session_timeout = 0',
      );
      const script = async (sql: string): Promise<void> => void (await client.query(sql));
      return await work({ ...queriesOf(client), script });
    } catch (error) {
      throw storeFault(error);
    } finally {
      stop?.removeEventListener('abort', breakOff);
      await client.end().catch(() => undefined);
    }
  }

  /** A connection for what lasts as long as it does; tells when it has ended, in whatever way. */
  async session(ended: () => void): Promise<Session> {
    if (this.#isClosed) throw closed();
    const client = new Client(this.#config);
    client.on('error', () => undefined);
    client.on('end', ended);
    try {
      await client.connect();
    } catch (error) {
      throw unavailable(error);
    }
    const end = async (): Promise<void> => {
      ended();
      await client.end().catch(() => undefined);
    };
    return { rows: oneByOne(queriesOf(client).rows), end };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(Object.values(this.#pools).map((pool) => pool.end()));
  }

  async #reading<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    try {
      const [client, result] = await this.#retaken('reading', async (taken) => [taken, await work(taken)] as const);
      client.release();
      return result;
    } catch (error) {
      throw storeFault(error);
    }
  }

  async #transaction<T>(client: PoolClient, work: (tx: Transaction) => Promise<T>): Promise<T> {
    const along: Promise<unknown>[] = [];
    const { rows } = queriesOf(client);
    const send: Transaction['along'] = (sql, values) => {
      const answer = rows(sql, values);
      // Heard of at the commit.
      answer.catch(() => undefined);
      along.push(answer);
    };
    try {
      const result = await work({ rows, along: send });
      await Promise.all([...along, client.query('commit')]);
      client.release();
      return result;
    } catch (error) {
      // Where one of these failed, whatever came after it did because of that.
      const fault = (await firstFault(along)) ?? error;
      await giveBack(client, fault);
      throw fault;
    }
  }

  /** Idle connections may have died unnoticed, all of them: what does no harm twice is done on another one then. */
  async #retaken<T>(purpose: Purpose, work: (client: PoolClient) => Promise<T>): Promise<T> {
    for (let tries = 0; ; tries += 1) {
      const client = await this.#connect(purpose);
      try {
        return await work(client);
      } catch (error) {
        await giveBack(client, error);
        if (!isConnectionLost(error) || tries >= sizes[purpose]) throw error;
      }
    }
  }

  #begin(purpose: Purpose, locks: readonly bigint[]): Promise<PoolClient> {
    return this.#retaken(purpose, async (client) => {
      await this.#started(client, locks);
      return client;
    });
  }

  /**
   * Asks on the same way what time it is, unless locks are to be waited for. The first statement after the locks sees what
   * was committed before them.
   */
  async #started(client: PoolClient, locks: readonly bigint[]): Promise<void> {
    if (locks.length > 0) {
      await client.query(['begin', ...locks.map((lock) => `select pg_advisory_xact_lock(${lock})`)].join(';'));
      return;
    }
    const askedMs = performance.now();
    // Two statements have two results, which the client's types do not say.
    const results: unknown = await client.query(`begin; ${timeNow}`);
    const [, told] = results as readonly QueryResult<{ ms: number }>[];
    const answeredMs = performance.now();
    const databaseMs = told?.rows[0]?.ms;
    if (databaseMs !== undefined) this.#clock.measured({ databaseMs, askedMs, answeredMs });
  }

  async #connect(purpose: Purpose): Promise<PoolClient> {
    if (this.#isClosed) throw closed();
    try {
      return await this.#pools[purpose].connect();
    } catch (error) {
      throw unavailable(error);
    }
  }
}

export const closed = (): GatewayError => new GatewayError('STORE_UNAVAILABLE', 'the store is closed');

/** Whoever shares a connection waits for those who asked before. */
function oneByOne(ask: Queries['rows']): Queries['rows'] {
  let last: Promise<unknown> = Promise.resolve();
  return <T>(sql: string, values?: readonly unknown[]): Promise<readonly T[]> => {
    const answer = last.then(() => ask<T>(sql, values));
    last = answer.catch(() => undefined);
    return answer;
  };
}

const timeNow = 'select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms';

async function ofOneMoment<T>({ rows }: Queries, work: (read: Queries['rows']) => Promise<T>): Promise<T> {
  await rows('begin isolation level repeatable read read only');
  const result = await work(rows);
  await rows('commit');
  return result;
}

function queriesOf(client: Pick<Client, 'query'>): Queries {
  return {
    rows: async <T>(sql: string, values: readonly unknown[] = []) =>
      (await client.query(values.length === 0 ? sql : prepared(sql, values))).rows as T[],
  };
}

const names = new Map<string, string>();

/** Parsed and planned once on a connection: for a few rows that takes longer than running it. */
function prepared(text: string, values: readonly unknown[]): QueryConfig {
  const name = names.get(text) ?? `hookstitch_${names.size + 1}`;
  names.set(text, name);
  return { name, text, values: values.map(toParameter) };
}

async function firstFault(answers: readonly Promise<unknown>[]): Promise<unknown> {
  const ends = await Promise.allSettled(answers);
  return ends.find((end) => end.status === 'rejected')?.reason;
}

/** A connection that is in doubt is closed: what it was in the middle of ends with it. */
async function giveBack(client: PoolClient, error: unknown): Promise<void> {
  if (isDatabaseError(error) && !(error instanceof BeginAnew)) {
    client.release(true);
    return;
  }
  try {
    await client.query('rollback');
    client.release();
  } catch {
    // Then so be it: the server rolls back what nobody holds any more.
    client.release(true);
  }
}

const textOid = 25;
const bigintOid = 20;

/** How values are read: times and counts are numbers, texts are unescaped. */
const getTypeParser = ((oid: number, format?: 'text') => {
  if (oid === textOid) return fromStored;
  return oid === bigintOid ? Number : types.getTypeParser(oid, format);
}) as typeof types.getTypeParser;

/** How every session is begun. */
export function configFor(text: string): PoolConfig {
  const url = new URL(text);
  const session = [
    `-c synchronous_commit=on -c lock_timeout=${limits.lock} -c statement_timeout=${limits.statement}`,
    `-c idle_in_transaction_session_timeout=${limits.idleInTransaction}`,
    // Every statement is a few short looks into an index. Compiling it would take longer, and a plan that reads a whole
    // table, index or range of it to join or sort it is a mistake, made where the statistics are older than the backlog.
    '-c plan_cache_mode=force_generic_plan -c jit=off -c enable_hashjoin=off -c enable_mergejoin=off -c enable_seqscan=off -c enable_bitmapscan=off',
  ];
  // What the URL says about the session stays in force, and ours after it.
  url.searchParams.set('options', [url.searchParams.get('options') ?? '', ...session].join(' ').trim());
  return {
    connectionString: url.href,
    connectionTimeoutMillis: limits.connect,
    query_timeout: limits.answer,
    idleTimeoutMillis: 60_000,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    application_name: 'hookstitch',
    types: { getTypeParser },
  };
}

function poolOf(config: PoolConfig, max: number): Pool {
  const pool = new Pool({
    ...config,
    // Whoever asks several things at once waits for one answer.
    pipeline: true,
    max,
    onConnect: async (client) => {
      // One that breaks between two statements: whoever uses it learns that from the next one.
      client.on('error', () => undefined);
      await assertDurable(queriesOf(client as unknown as Client));
    },
  });
  // One that breaks while nobody uses it: the pool has forgotten it already, and without a listener the process would end.
  pool.on('error', () => undefined);
  return pool;
}
