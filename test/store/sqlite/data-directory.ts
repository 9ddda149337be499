import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { onTestFinished } from 'vitest';
import { applyMigrations } from '../../../src/store/sqlite/apply-migrations.ts';
import { openDatabase } from '../../../src/store/sqlite/connection.ts';
import { SqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';
import { at, noon } from '../../contracts/store-samples.ts';

/** An empty directory, removed after the test. */
export function dataDirectory(): string {
  const dataDir = mkdtempSync(join(tmpdir(), 'hookstitch-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true }));
  return dataDir;
}

export const databaseIn = (dataDir: string): string => join(dataDir, 'hookstitch.db');

/** A connection beside the store's own, as an operator's shell would have. */
export function connect(file: string): Database.Database {
  const db = new Database(file);
  onTestFinished(() => {
    db.close();
  });
  return db;
}

/** A new database with its schema, and the store's own connection to it. */
export function freshDatabase(dataDir = dataDirectory()): Database.Database {
  const db = openDatabase(databaseIn(dataDir));
  applyMigrations(db, noon);
  onTestFinished(() => {
    db.close();
  });
  return db;
}

/** A store whose connection the test can reach. */
export function storeOn(db: Database.Database): SqliteStore {
  const store = new SqliteStore(db, { clock: { now: () => at(0) }, releaseLock: () => undefined });
  onTestFinished(() => store.close());
  return store;
}

/** Transactions in the write-ahead log since its last restart: the last frame of each carries the size of the database. */
export function commitsInLog(file: string): number {
  const log = readFileSync(`${file}-wal`);
  const frameBytes = 24 + log.readUInt32BE(8);
  const salt = log.subarray(16, 24);
  let commits = 0;
  for (let frame = 32; frame + frameBytes <= log.length; frame += frameBytes) {
    if (log.subarray(frame + 8, frame + 16).equals(salt) && log.readUInt32BE(frame + 4) > 0) commits += 1;
  }
  return commits;
}
