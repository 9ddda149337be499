import type { Database } from 'better-sqlite3';
import { type DigestValue, rowDigest } from '../digest.ts';
import { type AppliedMigration, loadMigrations, pendingMigrations } from '../migrate.ts';

const folder = new URL('./migrations/', import.meta.url);

// Written and read here only. It cannot come from a migration: the first one already asks it.
const migrationTable = `
  create table if not exists migration (
    number     integer primary key,
    name       text    not null,
    checksum   text    not null,
    applied_at integer not null
  ) strict`;

/** Brings the schema up to date: all pending migrations in one transaction, or none. Returns the names of what was applied. */
export function applyMigrations(db: Database, now: Date, known = loadMigrations(folder)): readonly string[] {
  // For the migration that gives a digest to the rows that are there.
  db.function('row_digest', { varargs: true, deterministic: true }, (...values) => rowDigest(values as DigestValue[]));
  const apply = db.transaction(() => {
    db.exec(migrationTable);
    const record = db.prepare('insert into migration (number, name, checksum, applied_at) values (?, ?, ?, ?)');
    const pending = pendingMigrations(known, appliedTo(db));
    for (const { number, name, checksum, sql } of pending) {
      db.exec(sql);
      record.run(number, name, checksum, now.getTime());
    }
    return pending.map(({ name }) => name);
  });
  return apply.immediate();
}

/** Asks without writing. */
export const isSchemaCurrent = (db: Database): boolean =>
  hasMigrations(db) && pendingMigrations(loadMigrations(folder), appliedTo(db)).length === 0;

const hasMigrations = (db: Database): boolean =>
  db.prepare("select 1 from sqlite_schema where type = 'table' and name = 'migration'").get() !== undefined;

const appliedTo = (db: Database): readonly AppliedMigration[] =>
  db.prepare<[], AppliedMigration>('select number, name, checksum from migration order by number').all();
