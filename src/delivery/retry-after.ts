const minMs = 1_000;
const maxMs = 6 * 3_600_000;

const seconds = /^\d+$/;
const httpDate = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? /;

/**
 * The wait that a `Retry-After` header asks for (RFC 9110, 10.2.3: seconds, or a date in one of three formats), or
 * undefined where it says nothing usable. Bounded, so that no answer can hammer or park a destination.
 */
export function parseRetryAfter(value: string | undefined, now: Date): number | undefined {
  const text = value?.trim() ?? '';
  if (seconds.test(text)) return boundedRetryMs(Number(text) * 1_000);
  if (!httpDate.test(text)) return undefined;
  // The asctime format names no zone, and every HTTP date is GMT.
  const at = Date.parse(text.endsWith(' GMT') ? text : `${text} GMT`);
  return Number.isNaN(at) ? undefined : boundedRetryMs(at - now.getTime());
}

/** Between one second and six hours. */
export const boundedRetryMs = (ms: number): number => Math.min(maxMs, Math.max(minMs, ms));
