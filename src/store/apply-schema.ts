import { migratePostgres } from './postgres/open-postgres.ts';
import { migrateSqlite } from './sqlite/open-sqlite.ts';

export interface SchemaPlace {
  readonly dataDir: string;
  readonly databaseUrl?: string | undefined;
  readonly now: Date;
}

/** Brings the schema of the store that the configuration asks for up to date; returns the names of what was applied. */
export async function applySchema({ dataDir, databaseUrl, now }: SchemaPlace): Promise<readonly string[]> {
  return databaseUrl === undefined ? migrateSqlite(dataDir, now) : migratePostgres(databaseUrl, now);
}
