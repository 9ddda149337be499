import { type AppliedMigration, loadMigrations, pendingMigrations } from '../migrate.ts';
import type { Connections } from './connections.ts';
import { lockOf } from './locks.ts';

const folder = new URL('./migrations/', import.meta.url);

// Written and read here only. It cannot come from a migration: the first one already asks it.
const migrationTable = `
  create table if not exists migration (
    number     integer primary key,
    name       text    not null,
    checksum   text    not null,
    applied_at bigint  not null
  )`;

/**
 * Brings the schema up to date: all pending migrations in one transaction, or none. Replicas that start at once do it one
 * after the other. Returns the names of what was applied.
 */
export function applyMigrations(
  connections: Connections,
  now: Date,
  known = loadMigrations(folder),
): Promise<readonly string[]> {
  return connections.apart(async (queries) => {
    await queries.rows('begin');
    await queries.rows('select pg_advisory_xact_lock($1)', [lockOf('migration')]);
    await queries.rows(migrationTable);
    const applied = await queries.rows<AppliedMigration>(
      'select number, name, checksum from migration order by number',
    );
    const pending = pendingMigrations(known, applied);
    for (const { number, name, checksum, sql } of pending) {
      await queries.script(sql);
      await queries.rows('insert into migration (number, name, checksum, applied_at) values ($1, $2, $3, $4)', [
        ...[number, name, checksum],
        now.getTime(),
      ]);
    }
    await queries.rows('commit');
    return pending.map(({ name }) => name);
  });
}
