/** Numbered schema changes: each is applied once, and never edited afterwards. Drivers bring the SQL and run it. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { GatewayError } from '../model/error.ts';

export interface Migration {
  readonly number: number;
  /** The file's name. */
  readonly name: string;
  readonly checksum: string;
  readonly sql: string;
}

export type AppliedMigration = Pick<Migration, 'number' | 'name' | 'checksum'>;

/** The migrations of a folder, `001-initial.sql` first. */
export function loadMigrations(folder: URL): readonly Migration[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name) => {
      const sql = readFileSync(new URL(name, folder), 'utf8');
      return { number: Number.parseInt(name, 10), name, checksum: createHash('sha256').update(sql).digest('hex'), sql };
    });
}

/** What is still to be applied. Throws STORE_UNSAFE when the database was made by other migrations than ours. */
export function pendingMigrations(
  known: readonly Migration[],
  applied: readonly AppliedMigration[],
): readonly Migration[] {
  const byNumber = new Map(known.map((migration) => [migration.number, migration]));
  for (const { number, name, checksum } of applied) {
    const ours = byNumber.get(number);
    if (ours === undefined) {
      throw new GatewayError('STORE_UNSAFE', `the database has migration ${name}, which this version does not know`, {
        hint: 'Start the version of hookstitch that last used this database, or a newer one.',
      });
    }
    if (ours.checksum !== checksum) {
      throw new GatewayError('STORE_UNSAFE', `migration ${ours.name} is not the one that made this database`, {
        hint: 'Restore the migration as it was released; a change of the schema is a new migration.',
      });
    }
    byNumber.delete(number);
  }
  return [...byNumber.values()];
}
