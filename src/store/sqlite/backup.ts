/** Copies of a SQLite store that can be relied on, and the way back from one. */
import { constants, copyFileSync, existsSync, linkSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { GatewayError } from '../../model/error.ts';
import { withDatabase } from './beside.ts';
import { type DataFiles, dataFiles, makePrivate, syncFile, syncFolder } from './data-files.ts';
import { examineAtOnce } from './examine.ts';
import { isDamage, messageOf } from './fault.ts';
import { instanceOf, writeMarker } from './instance.ts';
import { holdLock } from './lock.ts';
import { sizeOf } from './wal.ts';

export interface Backup {
  readonly instance: string;
  readonly events: number;
  readonly deliveries: number;
  readonly bytes: number;
}

/**
 * Copies the database of a running or stopped gateway as it is at one moment, to a file that is not there yet, and
 * checks the copy before it gets its name. The gateway goes on meanwhile.
 */
export function backUp(dataDir: string, file: string): Backup {
  const files = dataFiles(dataDir);
  refuseToOverwrite(file);
  try {
    return copyTo(file, files);
  } catch (error) {
    throw cannot('the backup cannot be made', error);
  }
}

function copyTo(file: string, files: DataFiles): Backup {
  const unfinished = `${file}.unfinished`;
  rmSync(unfinished, { force: true });
  // SQLite writes into a file that is there if it is empty, and leaves its mode.
  makePrivate(unfinished);
  try {
    withDatabase(files, (db) => db.prepare('vacuum into ?').run(unfinished));
    const backup = checkBackup(unfinished);
    syncFile(unfinished);
    // Unlike a rename it fails where the name was taken meanwhile.
    linkSync(unfinished, file);
    return backup;
  } finally {
    rmSync(unfinished, { force: true });
    syncFolder(dirname(file));
  }
}

function refuseToOverwrite(file: string): void {
  if (!existsSync(file)) return;
  throw new GatewayError('REQUEST_INVALID', `${file} is there already, and a backup replaces nothing`, {
    hint: 'Choose a name that is free.',
  });
}

/** Throws STORE_UNSAFE when the file is not a whole store of ours. */
function checkBackup(file: string): Backup {
  if (sizeOf(`${file}-wal`) > 0) {
    throw new GatewayError('STORE_UNSAFE', `${file} is in use or was copied from a running gateway`, {
      hint: 'Make backups with `hookstitch backup FILE`.',
    });
  }
  try {
    const db = new Database(file, { readonly: true, fileMustExist: true });
    try {
      return examine(db, file);
    } finally {
      db.close();
    }
  } catch (error) {
    if (isDamage(error)) throw notABackup(file, 'it is damaged or no database', error);
    throw cannot(`${file} cannot be read`, error);
  }
}

function examine(db: Database.Database, file: string): Backup {
  const instance = instanceOf(db);
  if (instance === undefined) throw notABackup(file, 'it is no database of hookstitch');
  const [damage] = examineAtOnce(db).damages;
  if (damage !== undefined) throw notABackup(file, `it is damaged: ${damage.place}: ${damage.what}`);
  const count = (table: string): number => db.prepare<[], number>(`select count(*) from ${table}`).pluck().get() ?? 0;
  return { instance, events: count('event'), deliveries: count('delivery'), bytes: sizeOf(file) };
}

const notABackup = (file: string, why: string, cause?: unknown): GatewayError =>
  new GatewayError('STORE_UNSAFE', `${file} is no backup that can be used: ${why}`, { cause });

/** What the file system or SQLite says against it: a full disk, a folder that is not there. */
function cannot(what: string, error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  return new GatewayError('STORE_UNAVAILABLE', `${what}: ${messageOf(error)}`, { cause: error });
}

export interface Restored extends Backup {
  /** What was there before, under its new names. */
  readonly keptAside: readonly string[];
}

export interface Restoring {
  readonly dataDir: string;
  readonly file: string;
  /** Also where a database is, which is kept aside. */
  readonly force: boolean;
  readonly now: Date;
}

/** Puts a backup in the place of the database, while no gateway runs. An interrupted restore is done again. */
export function restore({ dataDir, file, force, now }: Restoring): Restored {
  const backup = checkBackup(file);
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const files = dataFiles(dataDir);
  const releaseLock = holdLock(files.lock);
  try {
    if (sizeOf(files.database) > 0 && !force) {
      throw new GatewayError('REQUEST_INVALID', `there is a database in ${dataDir}`, {
        hint: 'Add --force to put the backup in its place; what is there is kept beside it.',
      });
    }
    const unfinished = `${files.database}.unfinished`;
    rmSync(unfinished, { force: true });
    makePrivate(unfinished);
    copyFileSync(file, unfinished, constants.COPYFILE_FICLONE);
    syncFile(unfinished);
    const keptAside = setAside(files, now);
    renameSync(unfinished, files.database);
    writeMarker(files, backup.instance);
    return { ...backup, keptAside };
  } catch (error) {
    throw cannot('the backup cannot be restored', error);
  } finally {
    releaseLock();
  }
}

/** The log first: beside another database it would be taken for that one's. */
function setAside({ database, log, index }: DataFiles, now: Date): readonly string[] {
  const stamp = now.toISOString().replaceAll(/[:.]/g, '-');
  return [log, index, database].filter(existsSync).map((name) => {
    const aside = name.replace(database, `${database}.replaced-${stamp}`);
    renameSync(name, aside);
    return aside;
  });
}
