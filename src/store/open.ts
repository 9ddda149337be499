import { type Clock, systemClock } from '../model/clock.ts';
import type { DiskLimits } from './sqlite/disk-space.ts';
import { openSqlite } from './sqlite/open-sqlite.ts';
import type { Damage, Store } from './store.ts';

export interface StoreOptions {
  readonly dataDir: string;
  /** Of PostgreSQL; undefined: SQLite in `dataDir`. */
  readonly databaseUrl?: string | undefined;
  readonly clock?: Clock | undefined;
  /** For who receives: what has to stay free on the disk. */
  readonly disk?: DiskLimits | undefined;
  /** Told of each thing stored that is not what was written. */
  readonly damaged?: ((damage: Damage) => void) | undefined;
}

/** The store the configuration asks for, with its schema up to date. */
export async function openStore({ dataDir, databaseUrl, clock, disk, damaged }: StoreOptions): Promise<Store> {
  if (databaseUrl === undefined) return await openSqlite({ dataDir, clock: clock ?? systemClock, disk, damaged });
  // Loaded only where it is wanted: a gateway that keeps its events in SQLite starts sooner and is smaller without.
  const { openPostgres } = await import('./postgres/open-postgres.ts');
  return await openPostgres(databaseUrl, { clock, damaged });
}
