/**
 * Whether the files of a data directory are those that were left here, before SQLite opens them: what is missing, it
 * makes anew, and what is cut, it forgets. Nothing here looks at the rows, so a start takes the same time however many
 * there are.
 */
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import type { DataFiles } from './data-files.ts';
import { damaged } from './fault.ts';
import { readWal, readWalIndex, sizeOf, type Wal } from './wal.ts';

const headerBytes = 100;
const databaseMagic = 'SQLite format 3\0';

/** Throws STORE_UNSAFE naming what happened. Call it before anything of this process has the database open. */
export function checkFiles(files: DataFiles, marker: string | undefined): void {
  const wal = readWal(files.log);
  checkLog(files, wal);
  const size = sizeOf(files.database);
  if (size === 0) return checkNothing(files, marker);
  // Without a marker nothing was ever acknowledged from here: the first start was interrupted.
  if (marker !== undefined) checkDatabase(files, { wal, size });
}

function checkNothing(files: DataFiles, marker: string | undefined): void {
  const isThere = existsSync(files.database);
  if (marker !== undefined) {
    throw damaged(`the database of instance ${named(marker)} is ${isThere ? 'empty' : 'missing'}: ${files.database}`);
  }
  if (sizeOf(files.log) > 0) {
    throw damaged(
      `there is a write-ahead log without its database: ${files.database} is ${isThere ? 'empty' : 'missing'}`,
    );
  }
}

export const named = (marker: string): string => marker || '(unreadable)';

function checkDatabase({ database }: DataFiles, { wal, size }: { readonly wal: Wal | undefined; size: number }): void {
  const header = headerOf(database);
  // What the log holds of a page counts, not what the file does: a checkpoint may have been interrupted.
  if (wal?.pages.has(1) !== true && header.toString('latin1', 0, 16) !== databaseMagic) {
    throw damaged(`the database is damaged: ${database} does not begin as a database does`);
  }
  const pageBytes = header.readUInt16BE(16) === 1 ? 65_536 : header.readUInt16BE(16);
  if (pageBytes < 512) return;
  const isInLog = wal !== undefined && wal.frames > 0;
  const pages = isInLog ? wal.databasePages : header.readUInt32BE(28);
  for (let page = Math.floor(size / pageBytes) + 1; page <= pages; page += 1) {
    if (wal?.pages.has(page)) continue;
    throw damaged(`the database is cut off: ${database} has ${size} bytes of ${pages * pageBytes}`);
  }
}

function headerOf(file: string): Buffer {
  const header = Buffer.alloc(headerBytes);
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, header, 0, headerBytes, 0);
  } finally {
    closeSync(descriptor);
  }
  return header;
}

/**
 * A log that holds less than its index says was committed. The index is written after the log is on disk, so after a
 * kill it never says more; after a power cut it may be of an earlier log, which is told by the salts.
 */
function checkLog({ log, index }: DataFiles, wal: Wal | undefined): void {
  const promised = readWalIndex(index);
  if (promised === undefined || promised.copied >= promised.frames) return;
  if (wal !== undefined && isLater(wal.salts.first, promised.salts.first)) return;
  const isSame = wal?.salts.first === promised.salts.first && wal.salts.second === promised.salts.second;
  const frames = isSame ? wal.frames : 0;
  if (frames >= promised.frames) return;
  throw damaged(
    `the write-ahead log is damaged or cut off: ${log} yields ${frames} of the ${promised.frames} pages that were committed to it`,
  );
}

/** The first salt counts up by one each time, and over its end. */
const isLater = (salt: number, than: number): boolean => ((salt - than) | 0) > 0;
