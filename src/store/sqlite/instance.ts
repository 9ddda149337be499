/** Which database belongs into a data directory: the same id stands in the database and in a file beside it. */
import { randomUUID } from 'node:crypto';
import type { Database } from 'better-sqlite3';
import { type DataFiles, readIfThere, syncFolder, writeDurably } from './data-files.ts';
import { damaged } from './fault.ts';
import { named } from './start-checks.ts';

const idShape = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Undefined where no gateway has finished its first start; empty when it cannot be read. */
export function readMarker({ marker }: Pick<DataFiles, 'marker'>): string | undefined {
  const id = readIfThere(marker)?.trim();
  return id === undefined || idShape.test(id) ? id : '';
}

/** Undefined for a database that is older than its id, or new. Throws what SQLite does when it is damaged. */
export function instanceOf(db: Database): string | undefined {
  const exists = db.prepare("select 1 from sqlite_schema where type = 'table' and name = 'instance'").pluck();
  if (exists.get() === undefined) return undefined;
  return db.prepare<[], string>('select id from instance').pluck().get();
}

/** Throws STORE_UNSAFE when another database lies where this one was. */
export function checkInstance(db: Database, marker: string | undefined): void {
  if (!marker) return;
  const id = instanceOf(db);
  if (id === marker) return;
  const found = id === undefined ? 'a database without a name' : `the database of instance ${id}`;
  throw damaged(`this is the data directory of instance ${named(marker)}, and ${found} lies in it`);
}

/** Names a database that has no name yet. */
export function nameInstance(db: Database, now: Date): string {
  const known = instanceOf(db);
  if (known !== undefined) return known;
  const id = randomUUID();
  db.prepare('insert into instance (one, id, created_at) values (1, ?, ?)').run(id, now.getTime());
  return id;
}

/** From now on the database is missed when it is gone. */
export function writeMarker({ folder, marker }: Pick<DataFiles, 'folder' | 'marker'>, id: string): void {
  syncFolder(folder);
  writeDurably(marker, `${id}\n`);
}
