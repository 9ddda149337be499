import { systemClock } from '../../src/model/clock.ts';
import { stripe } from '../../src/sources/stripe.ts';
import { stripeSecret } from '../support/stripe-sender.ts';

export interface Answered {
  /** 0 where there was none. */
  readonly status: number;
  readonly retryAfter: string | null;
  readonly accepted: number;
  readonly duplicates: number;
  readonly ms: number;
}

/** Posts one event, and remembers how it was answered. */
export async function postWatched(url: string, body: string): Promise<Answered> {
  const startedMs = performance.now();
  try {
    const signature = stripe.sign(
      { method: 'POST', url: `${url}/in/stripe`, body: Buffer.from(body) },
      stripeSecret,
      systemClock.now(),
    );
    const headers = { 'content-type': 'application/json', ...signature };
    const answer = await fetch(`${url}/in/stripe`, { method: 'POST', body, headers });
    const { accepted = 0, duplicates = 0 } = (await answer.json()) as Partial<Answered>;
    const retryAfter = answer.headers.get('retry-after');
    return { status: answer.status, retryAfter, accepted, duplicates, ms: performance.now() - startedMs };
  } catch {
    return { status: 0, retryAfter: null, accepted: 0, duplicates: 0, ms: performance.now() - startedMs };
  }
}

/** How many were turned away without being told to come back. */
export const refusalsNotAsPromised = (answers: readonly Answered[]): number =>
  answers.filter(({ status, retryAfter }) => status !== 200 && (status !== 503 || retryAfter === null)).length;
