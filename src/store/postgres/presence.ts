import type { Clock } from '../../model/clock.ts';
import { type Connections, closed, type Session } from './connections.ts';
import { isConnectionLost } from './fault.ts';

/**
 * Each worker holds a lock of a session that lasts as long as its process: when that dies, in whatever way, the server
 * takes the lock back, and nobody has to wait for the end of leases under which nobody works any more.
 */
export const presenceSql = {
  show: "select pg_advisory_lock_shared(hashtextextended('hookstitch worker ' || $1, 0))",
  missing: `
    select worker from (
      select claimed_by as worker from event where status = 'received' and claimed_by is not null
      union
      select claimed_by from delivery where status = 'in_flight'
    ) as holder
    where not exists (
      select from pg_locks
      where locktype = 'advisory' and objsubid = 1 and granted
        and database = (select oid from pg_database where datname = current_database())
        and (classid::bigint << 32) | objid::bigint = hashtextextended('hookstitch worker ' || worker, 0)
    )`,
  endEventLeases: `
    update event set lease_ends_at = $2
    where seq in (
      select seq from event
      where status = 'received' and claimed_by is not null and lease_ends_at > $2::bigint and claimed_by = any ($1)
      for update skip locked
    )`,
  endDeliveryLeases: `
    update delivery set lease_ends_at = $2
    where seq in (
      select seq from delivery where status = 'in_flight' and lease_ends_at > $2::bigint and claimed_by = any ($1)
      for update skip locked
    )`,
};

/** The server misses a machine that vanishes without a word within half a minute. */
const noticeLoss = 'set tcp_keepalives_idle = 10; set tcp_keepalives_interval = 5; set tcp_keepalives_count = 3';

/** A worker that has lost its connection has so long to come back. */
const missedMs = 5_000;
const lookEveryMs = 1_000;
const againAfterMs = 500;

export interface PresenceOptions {
  readonly connections: Pick<Connections, 'session' | 'write'>;
  /** What leases are measured by. */
  readonly clock: Clock;
  readonly monotonicMs?: () => number;
}

/** Shows others that our workers are there, and ends the leases of those that are there no more. */
export class Presence {
  readonly #options: PresenceOptions;
  readonly #monotonicMs: () => number;
  readonly #shown = new Set<string>();
  #session: Promise<Session> | undefined;
  #again: NodeJS.Timeout | undefined;
  #isClosed = false;
  #lookedMs = Number.NEGATIVE_INFINITY;
  /** Since when each has been missing, without a break. */
  #missingSince: ReadonlyMap<string, number> = new Map();

  constructor(options: PresenceOptions) {
    this.#options = options;
    this.#monotonicMs = options.monotonicMs ?? (() => performance.now());
  }

  /** Before each claim: from when it resolves, others see that this worker is there. Looks for them once a second. */
  async show(worker: string): Promise<void> {
    if (this.#shown.has(worker)) await this.#connected();
    else await this.#asked(presenceSql.show, [worker]);
    this.#shown.add(worker);
    const nowMs = this.#monotonicMs();
    if (nowMs - this.#lookedMs < lookEveryMs) return;
    this.#lookedMs = nowMs;
    await this.#look(nowMs);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#again);
    const session = await this.#session?.catch(() => undefined);
    await session?.end();
  }

  async #look(nowMs: number): Promise<void> {
    const rows = await this.#asked<{ worker: string }>(presenceSql.missing);
    this.#missingSince = new Map(rows.map(({ worker }) => [worker, this.#missingSince.get(worker) ?? nowMs]));
    const gone = [...this.#missingSince].flatMap(([worker, since]) => (nowMs - since >= missedMs ? [worker] : []));
    if (gone.length === 0) return;
    const { connections, clock } = this.#options;
    const values = [gone, clock.now().getTime()];
    // Whoever claims next finds leases that have ended, as it would later without us.
    await connections.write({ purpose: 'working' }, async (tx) => {
      await tx.rows(presenceSql.endEventLeases, values);
      await tx.rows(presenceSql.endDeliveryLeases, values);
    });
  }

  /** A session that does not answer is given up; one that has broken unnoticed is replaced at once. */
  async #asked<T>(sql: string, values?: readonly unknown[]): Promise<readonly T[]> {
    for (let tries = 1; ; tries += 1) {
      const session = await this.#connected();
      try {
        return await session.rows<T>(sql, values);
      } catch (error) {
        await session.end();
        if (tries === 2 || !isConnectionLost(error)) throw error;
      }
    }
  }

  async #connected(): Promise<Session> {
    if (this.#isClosed) throw closed();
    if (this.#session !== undefined) return this.#session;
    const lost = (): void => this.#lost(session);
    const session = this.#connect(lost).catch((error: unknown) => {
      lost();
      throw error;
    });
    this.#session = session;
    return session;
  }

  async #connect(lost: () => void): Promise<Session> {
    const session = await this.#options.connections.session(lost);
    await session.rows(noticeLoss);
    for (const worker of this.#shown) await session.rows(presenceSql.show, [worker]);
    return session;
  }

  /** Shows itself again as soon as it can, whether or not anybody claims: others count the seconds. */
  #lost(session: Promise<Session>): void {
    if (session !== this.#session) return;
    this.#session = undefined;
    // While it was away itself it saw nothing of the others.
    this.#missingSince = new Map();
    if (this.#isClosed || this.#shown.size === 0) return;
    clearTimeout(this.#again);
    this.#again = setTimeout(() => void this.#connected().catch(() => undefined), againAfterMs);
  }
}
