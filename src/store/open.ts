import { type Clock, systemClock } from '../model/clock.ts';
import { openPostgres } from './postgres/open-postgres.ts';
import { openSqlite } from './sqlite/open-sqlite.ts';
import type { Store } from './store.ts';

export interface StoreOptions {
  readonly dataDir: string;
  /** Of PostgreSQL; undefined: SQLite in `dataDir`. */
  readonly databaseUrl?: string | undefined;
  readonly clock?: Clock | undefined;
}

/** The store the configuration asks for, with its schema up to date. */
export function openStore({ dataDir, databaseUrl, clock }: StoreOptions): Promise<Store> {
  return databaseUrl === undefined ? openSqlite(dataDir, clock ?? systemClock) : openPostgres(databaseUrl, clock);
}
