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

/** Brings the schema up to date: all pending migrations in one transaction, or none. */
export function applyMigrations(db: Database, now: Date, known = loadMigrations(folder)): void {
  // For the migration that gives a digest to the rows that are there.
  db.function('row_digest', { varargs: true, deterministic: true }, (...values) => rowDigest(values as DigestValue[]));
  const apply = db.transaction(() => {
    db.exec(migrationTable);
    const applied = db.prepare<[], AppliedMigration>('select number, name, checksum from migration order by number');
    const record = db.prepare('insert into migration (number, name, checksum, applied_at) values (?, ?, ?, ?)');
    for (const { number, name, checksum, sql } of pendingMigrations(known, applied.all())) {
      db.exec(sql);
      record.run(number, name, checksum, now.getTime());
    }
  });
  apply.immediate();
}
