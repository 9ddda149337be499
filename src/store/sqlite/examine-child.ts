/**
 * The process that looks at everything stored while the gateway works: reads the database through a connection of its
 * own, rests more than it works, and yields to every other process.
 */
import { setPriority } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { examine } from './examine.ts';

/** For each millisecond of work so many of rest, and no longer than that at a time. */
const restFactor = 4;
const restMsMax = 1_000;
/** Behind everything else, and yet not so far that a long read would never end on a busy machine. */
const priority = 10;
const lockWaitMs = 5_000;

const [file = ''] = process.argv.slice(2);
// Without a gateway there is nobody to tell.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
setPriority(priority);
const db = new Database(file, { readonly: true, fileMustExist: true, timeout: lockWaitMs });
const pieces = examine(db);
for (;;) {
  const startedMs = performance.now();
  const piece = pieces.next();
  if (piece.done === true) {
    process.send?.(piece.value, () => process.disconnect());
    break;
  }
  await pause(Math.min((performance.now() - startedMs) * restFactor, restMsMax));
}
