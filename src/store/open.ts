import { type Clock, systemClock } from '../model/clock.ts';
import type { DiskLimits } from './sqlite/disk-space.ts';
import { openSqlite } from './sqlite/open-sqlite.ts';
import type { Damage, Store } from './store.ts';

export interface StoreOptions {
  readonly dataDir: string;
  readonly clock?: Clock;
  /** For who receives: what has to stay free on the disk. */
  readonly disk?: DiskLimits;
  /** Told of each thing stored that is not what was written. */
  readonly damaged?: (damage: Damage) => void;
}

/** The store the configuration asks for, with its schema up to date. */
export function openStore({ dataDir, clock = systemClock, disk, damaged }: StoreOptions): Promise<Store> {
  return openSqlite({ dataDir, clock, disk, damaged });
}
