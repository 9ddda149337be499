/** Long work on the database in a thread of its own: SQLite answers in the thread that asks, and the event loop must not wait. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { GatewayError } from '../../model/error.ts';

/** How a thread ends: what it found, or what went wrong, in words that survive the way. */
export type ThreadEnd<T> = { readonly result: T } | { readonly fault: ThreadFault };

interface ThreadFault {
  readonly code: 'STORE_UNAVAILABLE' | 'STORE_UNSAFE' | 'INTERNAL';
  readonly message: string;
  readonly hint: string | undefined;
}

/** Runs a module of this folder with `data` and resolves to what it posts. */
export async function inThread<T>(name: string, data: object): Promise<T> {
  // The extension of this very file: .ts as it is, .js when it is built.
  const extension = import.meta.url.slice(import.meta.url.lastIndexOf('.'));
  const worker = new Worker(new URL(`./${name}${extension}`, import.meta.url), { workerData: data });
  try {
    const [end] = (await once(worker, 'message')) as [ThreadEnd<T>];
    if ('result' in end) return end.result;
    const { code, message, hint } = end.fault;
    throw new GatewayError(code, message, hint === undefined ? {} : { hint });
  } finally {
    await worker.terminate();
  }
}
