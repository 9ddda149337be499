import { type Clock, systemClock } from '../model/clock.ts';
import { openSqlite } from './sqlite/open-sqlite.ts';
import type { Store } from './store.ts';

export interface StoreOptions {
  readonly dataDir: string;
  readonly clock?: Clock;
}

/** The store the configuration asks for, with its schema up to date. */
export function openStore({ dataDir, clock = systemClock }: StoreOptions): Promise<Store> {
  return openSqlite(dataDir, clock);
}
