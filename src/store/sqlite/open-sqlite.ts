import { mkdirSync } from 'node:fs';
import type { Clock } from '../../model/clock.ts';
import { GatewayError } from '../../model/error.ts';
import type { Damage, Store } from '../store.ts';
import { applyMigrations } from './apply-migrations.ts';
import { openDatabase } from './connection.ts';
import { dataFiles, makePrivate } from './data-files.ts';
import { type DiskLimits, DiskSpace } from './disk-space.ts';
import { damaged, isDamage, unavailable } from './fault.ts';
import { checkInstance, nameInstance, readMarker, writeMarker } from './instance.ts';
import { holdLock } from './lock.ts';
import { SqliteStore } from './sqlite-store.ts';
import { checkFiles } from './start-checks.ts';

export interface SqliteOptions {
  readonly dataDir: string;
  readonly clock: Clock;
  /** Given by who receives: below them it refuses. */
  readonly disk?: DiskLimits | undefined;
  readonly damaged?: ((damage: Damage) => void) | undefined;
}

/** Opens `hookstitch.db` of a data directory, made if missing, readable by its owner only. */
export async function openSqlite({ dataDir, clock, disk, damaged: tell }: SqliteOptions): Promise<Store> {
  const opened: (() => void)[] = [];
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const files = dataFiles(dataDir);
    const releaseLock = holdLock(files.lock);
    opened.unshift(releaseLock);
    const marker = readMarker(files);
    checkFiles(files, marker);
    makePrivate(files.database);
    const db = openDatabase(files.database);
    opened.unshift(() => db.close());
    checkInstance(db, marker);
    applyMigrations(db, clock.now());
    const id = nameInstance(db, clock.now());
    if (marker !== id) writeMarker(files, id);
    const space = disk === undefined ? undefined : new DiskSpace(files, disk);
    const store = new SqliteStore(db, { clock, releaseLock, space, damaged: tell });
    await store.endLeasesOfTheDead(clock.now());
    return store;
  } catch (error) {
    // Nothing half open stays behind: the next try must find the directory free.
    for (const close of opened) close();
    if (error instanceof GatewayError) throw error;
    throw isDamage(error) ? damaged('the database is damaged', error) : unavailable(error);
  }
}
