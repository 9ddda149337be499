import type { Outcome } from '../model/attempt.ts';

/** What came of each delivery, in order; null where nothing is known, because shutdown came first or it was not sent. */
export type Outcomes = readonly (Outcome | null)[];

/** What came of one request. */
export interface Reply {
  readonly outcomes: Outcomes;
  /** All of it was refused, for what a single one of its payloads may be. */
  readonly isRefusedWhole: boolean;
}

export interface Attempted {
  readonly outcomes: Outcomes;
  readonly requests: number;
}

/** Enough to find two among five hundred; what else is in the batch goes out in a smaller one. */
const requestsMax = 32;

/**
 * Sends deliveries in one request, and where that is refused as a whole, its halves, one after the other, down to the
 * payload that is to blame: it does not take the others with it. Ends where a part finds no answer, since the next would
 * find none either, and where `isLate` says so.
 */
export async function sendInParts<Item>(
  deliveries: readonly Item[],
  send: (part: readonly Item[]) => Promise<Reply>,
  isLate: () => boolean,
): Promise<Attempted> {
  const outcomes: (Outcome | null)[] = [];
  const parts = [deliveries];
  let requests = 0;
  for (let part = parts.pop(); part !== undefined; part = parts.pop()) {
    const reply = await send(part);
    requests += 1;
    const isDivisible = reply.isRefusedWhole && part.length > 1;
    const isOver = requests >= requestsMax || isLate();
    if (isDivisible && !isOver) {
      const half = Math.ceil(part.length / 2);
      parts.push(part.slice(half), part.slice(0, half));
      continue;
    }
    outcomes.push(...(isDivisible ? reply.outcomes.map(notFound) : reply.outcomes));
    if (isOver || !reply.outcomes.some(isAnswer)) break;
  }
  return { outcomes: deliveries.map((_, index) => outcomes[index] ?? null), requests };
}

const isAnswer = (outcome: Outcome | null): boolean => outcome !== null && outcome.kind !== 'retry';

/** Each failure halves the request that a delivery shares, so the one to blame ends up alone. */
function notFound(outcome: Outcome | null): Outcome | null {
  if (outcome?.kind !== 'fail') return outcome;
  return { ...outcome, kind: 'retry', message: `refused with others in one request: ${outcome.message}` };
}
