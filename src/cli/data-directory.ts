import { readEnvironment } from '../config/environment.ts';
import { readSettings, type Settings } from '../config/settings.ts';
import { GatewayError } from '../model/error.ts';

/** For what is done to the files of SQLite. Throws REQUEST_INVALID where the store is in PostgreSQL. */
export function sqliteSettings(): Settings {
  const settings = readSettings(readEnvironment());
  if (settings.databaseUrl === undefined) return settings;
  throw new GatewayError('REQUEST_INVALID', 'DATABASE_URL is set: the store is in PostgreSQL', {
    hint: 'Use what PostgreSQL brings: pg_dump and pg_restore for backups, pg_amcheck to look for damage.',
  });
}
