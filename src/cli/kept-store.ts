import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '../config/settings.ts';
import { openStore } from '../store/open.ts';
import type { Store } from '../store/store.ts';

type Place = Pick<Settings, 'dataDir' | 'databaseUrl'>;

/** What a gateway with these settings keeps; undefined where none has ever run. */
export async function openKeptStore({ dataDir, databaseUrl }: Place): Promise<Store | undefined> {
  if (databaseUrl === undefined && !existsSync(join(dataDir, 'hookstitch.db'))) return undefined;
  return openStore({ dataDir, databaseUrl });
}

/** For people: never with the URL, which may hold a password. */
export const keptIn = ({ dataDir, databaseUrl }: Place): string =>
  databaseUrl === undefined ? dataDir : 'DATABASE_URL';
