import { parentPort } from 'node:worker_threads';
import { storeFault } from './fault.ts';
import type { ThreadEnd } from './thread.ts';

/** The last that a thread does: tells what came of its work. */
export function endThread<T>(work: () => T): void {
  const end: ThreadEnd<T> = endOf(work);
  parentPort?.postMessage(end);
}

function endOf<T>(work: () => T): ThreadEnd<T> {
  try {
    return { result: work() };
  } catch (error) {
    // Classes do not survive the way to the other thread: what happened goes as data.
    const { code, message, hint } = storeFault(error);
    const known = code === 'STORE_UNAVAILABLE' || code === 'STORE_UNSAFE' ? code : 'INTERNAL';
    return { fault: { code: known, message, hint } };
  }
}
