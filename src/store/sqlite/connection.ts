import Database from 'better-sqlite3';
import { GatewayError } from '../../model/error.ts';

/** Before it, two connections that write and checkpoint can corrupt the file: the WAL-reset bug of sqlite.org/wal.html. */
const oldestSafeVersion = [3, 51, 3] as const;

/** SQLite waits for a lock inside the event loop, so not for long; whoever can wait longer does so outside. */
const busyTimeoutMs = 10;

/** A burst may stretch the write-ahead log; after the next checkpoint the file shrinks to this. */
const walBytesKept = 64 * 1024 * 1024;

/** Opens the database so that a commit that returns survives a power cut, or throws STORE_UNSAFE. */
export function openDatabase(file: string, timeout = busyTimeoutMs): Database.Database {
  const db = new Database(file, { timeout });
  try {
    db.pragma('journal_mode = WAL');
    // better-sqlite3 is compiled with DEFAULT_WAL_SYNCHRONOUS=1: without this a file opened again runs in NORMAL,
    // where a power cut takes back commits that were acknowledged.
    db.pragma('synchronous = FULL');
    // macOS: fsync alone leaves the data in the drive's cache.
    db.pragma('fullfsync = ON');
    db.pragma('foreign_keys = ON');
    // Whoever is forgotten is overwritten, not only unlinked.
    db.pragma('secure_delete = ON');
    db.pragma(`journal_size_limit = ${walBytesKept}`);
    assertDurable(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Asks the database itself, because a setting that did not take is silent. */
export function assertDurable(db: Database.Database): void {
  const version = db.prepare<[], string>('select sqlite_version()').pluck().get() ?? '';
  const settings = [
    { what: 'journal_mode', is: db.pragma('journal_mode', { simple: true }), mustBe: 'wal' },
    { what: 'synchronous', is: db.pragma('synchronous', { simple: true }), mustBe: 2 },
    { what: 'foreign_keys', is: db.pragma('foreign_keys', { simple: true }), mustBe: 1 },
    { what: `SQLite ${version} is safe`, is: isSafeVersion(version), mustBe: true },
  ];
  for (const { what, is, mustBe } of settings) {
    if (is === mustBe) continue;
    throw new GatewayError('STORE_UNSAFE', `the database cannot promise durability: ${what} is ${is}, not ${mustBe}`, {
      hint: 'Put DATA_DIR on a local disk (not a network file system) and use the SQLite that better-sqlite3 brings.',
    });
  }
}

export function isSafeVersion(version: string): boolean {
  const parts = version.split('.').map(Number);
  for (const [index, oldest] of oldestSafeVersion.entries()) {
    const part = parts[index] ?? 0;
    if (part !== oldest) return part > oldest;
  }
  return true;
}
