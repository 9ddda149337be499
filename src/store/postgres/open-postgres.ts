import type { Clock } from '../../model/clock.ts';
import type { Damage, Store } from '../store.ts';
import { applyMigrations } from './apply-migrations.ts';
import { DatabaseClock } from './clock.ts';
import { Connections } from './connections.ts';
import { PostgresStore } from './postgres-store.ts';
import { watchSql } from './watches.ts';

interface PostgresOptions {
  readonly clock?: Clock | undefined;
  readonly damaged?: ((damage: Damage) => void) | undefined;
}

/** Opens the database at a URL, with its schema up to date. Without a clock of the caller's, the database's own. */
export async function openPostgres(url: string, { clock, damaged }: PostgresOptions = {}): Promise<Store> {
  const databaseClock = new DatabaseClock();
  const connections = new Connections(url, databaseClock);
  try {
    // Whoever writes asks the database what time it is.
    await connections.write({ purpose: 'working' }, async () => undefined);
    const time = clock ?? databaseClock;
    await applyMigrations(connections, time.now());
    await connections.write({ purpose: 'working' }, (tx) => tx.rows(watchSql.endPast, [time.now().getTime()]));
    return new PostgresStore(connections, { clock: time, damaged });
  } catch (error) {
    await connections.close();
    throw error;
  }
}

/** Brings the schema of a database up to date; returns the names of what was applied. */
export async function migratePostgres(url: string, now: Date): Promise<readonly string[]> {
  const connections = new Connections(url, new DatabaseClock());
  try {
    // Asks also whether the server is one that may be relied on.
    await connections.write({ purpose: 'working' }, async () => undefined);
    return await applyMigrations(connections, now);
  } finally {
    await connections.close();
  }
}
