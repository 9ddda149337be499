/** The thread of `Checkpoints`. */
import { parentPort, workerData } from 'node:worker_threads';
import type { LogState } from './checkpoint.ts';
import { openDatabase } from './connection.ts';
import { isOfDatabase } from './fault.ts';

/** While the first part is copied more is written, and so on: after so many the rest waits for the next time. */
const roundsMax = 5;

const { file, few } = workerData as { readonly file: string; readonly few: number };
const db = openDatabase(file);
const checkpoint = db.prepare<[], LogState>('pragma wal_checkpoint(passive)');

parentPort?.on('message', () => {
  try {
    for (let round = 0; round < roundsMax; round += 1) {
      const { log, checkpointed } = checkpoint.get() ?? { log: 0, checkpointed: 0 };
      if (log - checkpointed <= few) break;
    }
  } catch (error) {
    // A full disk, somebody else's lock: it is tried again when the log is looked at again.
    if (!isOfDatabase(error)) throw error;
  }
  parentPort?.postMessage('copied');
});
