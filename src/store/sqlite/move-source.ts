/** The side of SQLite when a store is moved elsewhere: read, and never written. */
import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import { GatewayError } from '../../model/error.ts';
import type { MovedRow, PlannedTable, Schema } from '../moved.ts';
import { isSchemaCurrent } from './apply-migrations.ts';
import { type DataFiles, dataFiles, writeDurably } from './data-files.ts';
import { examineAtOnce } from './examine.ts';
import { damaged, storeFault } from './fault.ts';
import { checkInstance, readMarker } from './instance.ts';
import { holdLock } from './lock.ts';
import { checkFiles } from './start-checks.ts';
import { sizeOf } from './wal.ts';

export interface MoveSource {
  readonly schema: Schema;
  count(table: string): number;
  /** One after the other, as many as there are; nothing else may be asked meanwhile. */
  rows(table: PlannedTable): Iterable<MovedRow>;
  /** From now on a gateway refuses to start on these files. */
  mark(now: Date): void;
  close(): void;
}

/** Throws STORE_IN_USE while a gateway runs on it, STORE_UNSAFE where it is not whole or not of this version. */
export function openMoveSource(dataDir: string): MoveSource {
  const files = dataFiles(dataDir);
  if (!existsSync(files.database) || sizeOf(files.database) === 0) {
    throw new GatewayError('REQUEST_INVALID', `no gateway has stored anything in ${dataDir}`, {
      hint: "Set DATA_DIR to the gateway's folder.",
    });
  }
  const releaseLock = holdLock(files.lock);
  try {
    const db = openToRead(files);
    const close = (): void => {
      db.close();
      releaseLock();
    };
    return { ...sourceOf(db, files), close };
  } catch (error) {
    releaseLock();
    throw storeFault(error);
  }
}

function openToRead(files: DataFiles): Database.Database {
  const marker = readMarker(files);
  checkFiles(files, marker);
  const db = new Database(files.database, { readonly: true, fileMustExist: true });
  try {
    checkInstance(db, marker);
    if (!isSchemaCurrent(db)) {
      throw new GatewayError('STORE_UNSAFE', 'the database was last used by an older version', {
        hint: 'Bring its schema up to date first: `hookstitch migrate` without DATABASE_URL.',
      });
    }
    const [damage] = examineAtOnce(db).damages;
    if (damage !== undefined) throw damaged(`the database is damaged: ${damage.place}: ${damage.what}`);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function sourceOf(db: Database.Database, files: DataFiles): Omit<MoveSource, 'close'> {
  const names = db
    .prepare<[], string>(
      "select name from sqlite_schema where type = 'table' and name not like 'sqlite\\_%' escape '\\'",
    )
    .pluck()
    .all();
  const columnsOf = (table: string): readonly string[] =>
    db.prepare<[string], string>('select name from pragma_table_xinfo(?)').pluck().all(table);
  return {
    schema: new Map(names.map((table) => [table, columnsOf(table)])),
    count: (table) => db.prepare<[], number>(`select count(*) from "${table}"`).pluck().get() ?? 0,
    rows: ({ name, columns }) =>
      db.prepare<[], MovedRow>(`select ${columns.map((column) => `"${column}"`).join(', ')} from "${name}"`).iterate(),
    mark: (now) => writeDurably(files.moved, `${now.toISOString()}\n`),
  };
}
