import { setTimeout as pause } from 'node:timers/promises';
import type { Log } from '../log.ts';
import { GatewayError } from '../model/error.ts';

/** While the store is away, in milliseconds. */
const againAfterMs = 500;

export interface WritingDown {
  /** Named in the log. */
  readonly worker: string;
  readonly log: Log;
  /** Ends it; without one the first fault does. */
  readonly shutdown: AbortSignal | undefined;
}

/**
 * Writes down what was done as soon as the store takes it. To leave it would mean to do it once more, with a copy to the
 * destination, when its lease has ended, and to hold its place in the lane until then.
 */
export async function writeDown<T>(write: () => Promise<T>, { worker, log, shutdown }: WritingDown): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await write();
    } catch (error) {
      // Caught here since only here is known what is to be written; every other fault goes on to the loop.
      const isAway = error instanceof GatewayError && error.code === 'STORE_UNAVAILABLE';
      if (!isAway || shutdown === undefined || shutdown.aborted) throw error;
      if (tries === 1) log.write('worker.failed', { worker, err: error });
      await pause(againAfterMs, undefined, { signal: shutdown }).catch(() => undefined);
    }
  }
}
