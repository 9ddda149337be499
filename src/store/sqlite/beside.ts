/** Reading a data directory from a process of its own, whether its gateway runs or not. */
import Database from 'better-sqlite3';
import { GatewayError } from '../../model/error.ts';
import { openDatabase } from './connection.ts';
import type { DataFiles } from './data-files.ts';
import { checkInstance, readMarker } from './instance.ts';
import { holdLock } from './lock.ts';
import { checkFiles } from './start-checks.ts';
import { sizeOf } from './wal.ts';

/** Nothing else waits for this process. */
const lockWaitMs = 5_000;

/** Of a stopped gateway only after the checks of a start: opening the file would hide what they look for. */
export function withDatabase<T>(files: DataFiles, use: (db: Database.Database) => T): T {
  if (sizeOf(files.database) === 0 && readMarker(files) === undefined) {
    throw new GatewayError('REQUEST_INVALID', `no gateway has stored anything in ${files.folder}`, {
      hint: "Set DATA_DIR to the gateway's folder.",
    });
  }
  const releaseLock = lockIfFree(files);
  const db = releaseLock === undefined ? new Database(files.database, { readonly: true }) : openStopped(files);
  try {
    db.pragma(`busy_timeout = ${lockWaitMs}`);
    return use(db);
  } finally {
    db.close();
    releaseLock?.();
  }
}

function openStopped(files: DataFiles): Database.Database {
  const marker = readMarker(files);
  checkFiles(files, marker);
  const db = openDatabase(files.database);
  checkInstance(db, marker);
  return db;
}

/** Undefined while a gateway runs. */
function lockIfFree({ lock }: DataFiles): (() => void) | undefined {
  try {
    return holdLock(lock);
  } catch (error) {
    if (error instanceof GatewayError && error.code === 'STORE_IN_USE') return undefined;
    throw error;
  }
}
