/** The files of a data directory, and how they are written so that a power cut leaves the old or the new one. */
import { chmodSync, closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';

export interface DataFiles {
  readonly folder: string;
  readonly database: string;
  readonly log: string;
  readonly index: string;
  /** Which database belongs here. */
  readonly marker: string;
  readonly lock: string;
  /** Space that is given back when the disk is full. */
  readonly ballast: string;
  /** There once all that is here was moved into another store. */
  readonly moved: string;
}

export function dataFiles(folder: string): DataFiles {
  const database = join(folder, 'hookstitch.db');
  return {
    folder,
    database,
    log: `${database}-wal`,
    index: `${database}-shm`,
    marker: join(folder, 'hookstitch.instance'),
    lock: join(folder, 'hookstitch.lock'),
    ballast: join(folder, 'hookstitch.ballast'),
    moved: join(folder, 'hookstitch.moved'),
  };
}

/** Created before SQLite would, which follows the umask; the log and the index beside it take over the mode. */
export function makePrivate(file: string): void {
  closeSync(openSync(file, 'a', 0o600));
  chmodSync(file, 0o600);
}

/** On disk when it returns, readable by its owner only. */
export function writeDurably(file: string, text: string): void {
  const unfinished = `${file}.new`;
  const descriptor = openSync(unfinished, 'w', 0o600);
  try {
    writeSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(unfinished, file);
  syncFolder(dirname(file));
}

export function syncFile(file: string): void {
  const descriptor = openSync(file, 'r+');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** A name in a folder survives a power cut only once the folder does. */
export function syncFolder(folder: string): void {
  // Windows opens no folders; its file systems keep names by themselves.
  if (process.platform === 'win32') return;
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

export function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}
