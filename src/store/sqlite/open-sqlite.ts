import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../model/clock.ts';
import { GatewayError } from '../../model/error.ts';
import type { Store } from '../store.ts';
import { applyMigrations } from './apply-migrations.ts';
import { openDatabase } from './connection.ts';
import { unavailable } from './fault.ts';
import { holdLock } from './lock.ts';
import { SqliteStore } from './sqlite-store.ts';

/** Opens `hookstitch.db` of a data directory, made if missing, readable by its owner only. */
export async function openSqlite(dataDir: string, clock: Clock): Promise<Store> {
  const opened: (() => void)[] = [];
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const releaseLock = holdLock(join(dataDir, 'hookstitch.lock'));
    opened.unshift(releaseLock);
    const file = join(dataDir, 'hookstitch.db');
    makePrivate(file);
    const db = openDatabase(file);
    opened.unshift(() => db.close());
    applyMigrations(db, clock.now());
    const store = new SqliteStore(db, clock, releaseLock);
    await store.endLeasesOfTheDead(clock.now());
    return store;
  } catch (error) {
    // Nothing half open stays behind: the next try must find the directory free.
    for (const close of opened) close();
    throw error instanceof GatewayError ? error : unavailable(error);
  }
}

/** Created before SQLite would, which follows the umask; the log and the index beside it take over the mode. */
function makePrivate(file: string): void {
  closeSync(openSync(file, 'a', 0o600));
  chmodSync(file, 0o600);
}
