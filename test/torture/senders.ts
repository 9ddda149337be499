import { setTimeout as pause } from 'node:timers/promises';
import { postStripe } from '../support/stripe-sender.ts';

/** Senders that behave as real ones: what is not acknowledged is sent again, until it is. */

/** After a refusal or a cut; real senders wait longer. */
const againAfterMs = 10;

export interface Senders {
  /** Ids that were answered 200, in the order of the answers. */
  readonly acknowledged: readonly string[];
  /** Sends nothing new; what is under way is sent until it is acknowledged, or given up after `withinMs`. */
  stop(withinMs?: number): Promise<void>;
}

export interface Load {
  readonly url: string;
  readonly senders: number;
  /** The id and the body of the nth event, from 1. */
  readonly event: (number: number) => { readonly id: string; readonly body: string };
  /** Pause of each sender between two events. */
  readonly everyMs?: number;
  /** Nothing new is sent while there is more on its way than can be delivered in the end. */
  readonly isTooMuch?: (acknowledged: number) => boolean;
}

export function keepSending({ url, senders, event, everyMs = 0, isTooMuch = () => false }: Load): Senders {
  const acknowledged: string[] = [];
  let deadline = Number.POSITIVE_INFINITY;
  let isSending = true;
  let next = 0;
  const send = async (): Promise<void> => {
    while (isSending) {
      if (isTooMuch(acknowledged.length)) {
        await pause(againAfterMs);
        continue;
      }
      next += 1;
      const { id, body } = event(next);
      while (!(await isAcknowledged(url, body))) {
        if (performance.now() > deadline) return;
        await pause(againAfterMs);
      }
      acknowledged.push(id);
      if (everyMs > 0) await pause(everyMs);
    }
  };
  const sending = Promise.all(Array.from({ length: senders }, send));
  return {
    acknowledged,
    stop: async (withinMs = 0) => {
      isSending = false;
      deadline = performance.now() + withinMs;
      await sending;
    },
  };
}

/** Sends each, `senders` at once and each of them in order; throws where one is not acknowledged. */
export async function sendAll(url: string, bodies: readonly string[], senders: number): Promise<void> {
  let next = 0;
  const send = async (): Promise<void> => {
    for (let at = next++; at < bodies.length; at = next++) {
      const status = await postStripe(url, bodies[at] ?? '');
      if (status !== 200) throw new Error(`an event was answered ${status}`);
    }
  };
  await Promise.all(Array.from({ length: senders }, send));
}

/** A request that was cut says nothing. */
export async function isAcknowledged(url: string, body: string): Promise<boolean> {
  try {
    return (await postStripe(url, body)) === 200;
  } catch {
    return false;
  }
}
