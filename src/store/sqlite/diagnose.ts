/** What `hookstitch doctor` looks at in a SQLite store. */

import { statfsSync } from 'node:fs';
import type { Database } from 'better-sqlite3';
import { type Diagnosis, overdueBefore, overdueLease } from '../diagnosis.ts';
import type { Damage } from '../store.ts';
import { withDatabase } from './beside.ts';
import { dataFiles } from './data-files.ts';
import { type DiskLimits, reserveBytes } from './disk-space.ts';
import { examineAtOnce } from './examine.ts';
import { sizeOf } from './wal.ts';

const logBytesMax = 64 * 1024 * 1024;

/** Of a running or stopped gateway. Throws STORE_UNSAFE where a start would be refused. */
export function diagnoseSqlite(dataDir: string, limits: DiskLimits, now: Date): Diagnosis {
  const files = dataFiles(dataDir);
  const logBytes = sizeOf(files.log);
  return withDatabase(files, (db) => {
    const notes = [...overdueLeases(db, now)];
    if (logBytes > logBytesMax) notes.push({ place: 'write-ahead log', what: `has ${logBytes} bytes` });
    const { bavail, blocks, bsize } = statfsSync(dataDir);
    const reserve = reserveBytes({ totalBytes: blocks * bsize }, limits);
    if (bavail * bsize < reserve)
      notes.push({ place: 'disk', what: `has ${bavail * bsize} bytes free, below the reserve` });
    return { ...examineAtOnce(db), notes };
  });
}

function overdueLeases(db: Database, now: Date): readonly Damage[] {
  const before = overdueBefore(now);
  const ids = db
    .prepare<{ before: number }, string>(`
      select id from event where status = 'received' and claimed_by is not null and lease_ends_at < @before
      union all
      select id from delivery where status = 'in_flight' and lease_ends_at < @before`)
    .pluck();
  return ids.all({ before }).map(overdueLease);
}
