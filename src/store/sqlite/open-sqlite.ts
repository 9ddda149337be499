import { mkdirSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import type { Clock } from '../../model/clock.ts';
import { GatewayError } from '../../model/error.ts';
import type { Damage, Store } from '../store.ts';
import { applyMigrations } from './apply-migrations.ts';
import { openDatabase } from './connection.ts';
import { type DataFiles, dataFiles, makePrivate, readIfThere } from './data-files.ts';
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
  const { db, files, releaseLock } = openData(dataDir, clock.now());
  try {
    const space = disk === undefined ? undefined : new DiskSpace(files, disk);
    const store = new SqliteStore(db, { clock, releaseLock, space, damaged: tell });
    await store.endLeasesOfTheDead(clock.now());
    return store;
  } catch (error) {
    // Nothing half open stays behind: the next try must find the directory free.
    db.close();
    releaseLock();
    throw faultOf(error);
  }
}

/** Brings the schema of a data directory up to date, made if missing; returns the names of what was applied. */
export function migrateSqlite(dataDir: string, now: Date): readonly string[] {
  const { db, releaseLock, applied } = openData(dataDir, now);
  db.close();
  releaseLock();
  return applied;
}

interface OpenData {
  readonly db: Database;
  readonly files: DataFiles;
  readonly releaseLock: () => void;
  readonly applied: readonly string[];
}

function openData(dataDir: string, now: Date): OpenData {
  const opened: (() => void)[] = [];
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const files = dataFiles(dataDir);
    const releaseLock = holdLock(files.lock);
    opened.unshift(releaseLock);
    refuseMoved(files);
    const marker = readMarker(files);
    checkFiles(files, marker);
    makePrivate(files.database);
    const db = openDatabase(files.database);
    opened.unshift(() => db.close());
    checkInstance(db, marker);
    const applied = applyMigrations(db, now);
    const id = nameInstance(db, now);
    if (marker !== id) writeMarker(files, id);
    return { db, files, releaseLock, applied };
  } catch (error) {
    for (const close of opened) close();
    throw faultOf(error);
  }
}

function refuseMoved({ moved }: DataFiles): void {
  const movedAt = readIfThere(moved)?.trim();
  if (movedAt === undefined) return;
  throw new GatewayError('STORE_UNSAFE', `what is here was moved to PostgreSQL at ${movedAt}`, {
    hint: `Set DATABASE_URL. To go back to these files as they were then, delete ${moved}.`,
  });
}

function faultOf(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  return isDamage(error) ? damaged('the database is damaged', error) : unavailable(error);
}
