import { parseRetryAfter } from '../delivery/retry-after.ts';
import type { Answer } from '../model/attempt.ts';
import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import type { Reading } from './lookup.ts';

/** What the answers of all vendors have in common. */

/** Worth another try, whatever was asked. 477 is HubSpot's "being moved to another data centre". */
const passing = new Set([408, 423, 425, 429, 477]);

const isPassing = (status: number): boolean => status >= 500 || passing.has(status);

/** The body of a successful answer, or what else it is. */
export function readObject(answer: Answer, vendor: string, now: Date): { readonly body: JsonObject } | Reading {
  const { status } = answer;
  if (isPassing(status)) {
    const waitMs = parseRetryAfter(answer.headers['retry-after'], now);
    const message = `${vendor} answered ${status}`;
    return waitMs === undefined ? { kind: 'retry', message } : { kind: 'retry', message, waitMs };
  }
  if (status >= 300 && status < 400)
    return { kind: 'fail', message: `${vendor} answered ${status}: it has moved; correct api_url in gateway.yaml` };
  if (status < 200 || status >= 400) return { kind: 'fail', message: `${vendor} answered ${status}${told(answer)}` };
  const body = bodyOf(answer);
  // Whole by its length and no JSON all the same: a proxy's page, or an answer that was cut.
  return body === undefined ? { kind: 'retry', message: `${vendor} answered ${status} without its JSON` } : { body };
}

/** The block of keys in an answer; undefined where it holds none. */
export function bodyOf({ body }: Answer): JsonObject | undefined {
  try {
    const json = JSON.parse(body) as Json;
    return isJsonObject(json) ? json : undefined;
  } catch {
    // Parsing is the only way to know.
    return undefined;
  }
}

const toldLengthMax = 200;

/** The vendor's own words, which Stripe keeps under `error`. */
function told(answer: Answer): string {
  const body = bodyOf(answer);
  const message = isJsonObject(body?.error) ? body.error.message : body?.message;
  return typeof message === 'string' ? `: ${message.slice(0, toldLengthMax).toWellFormed()}` : '';
}
