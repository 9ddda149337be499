/** The thread of `rewriteDatabase`. */
import { workerData } from 'node:worker_threads';
import { openDatabase } from './connection.ts';
import { endThread } from './thread-end.ts';

/** Nobody waits for this thread but whoever asked for it. */
const lockWaitMs = 500;

endThread(() => {
  const { file } = workerData as { readonly file: string };
  const db = openDatabase(file, lockWaitMs);
  try {
    db.pragma('wal_checkpoint(TRUNCATE)');
    db.exec('vacuum');
    db.pragma('wal_checkpoint(TRUNCATE)');
  } finally {
    db.close();
  }
});
