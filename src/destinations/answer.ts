import type { Answer } from '../model/attempt.ts';
import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';

/** What is kept of one message; attempts are listed in tables. */
const messageMax = 300;

/** The answer's body, where it is a JSON object. */
export function answeredObject({ body }: Answer): JsonObject | undefined {
  try {
    const parsed: Json = JSON.parse(body);
    return isJsonObject(parsed) ? parsed : undefined;
  } catch {
    // A proxy's HTML page, a bare "ok" or a cut body: the status alone has to do.
    return undefined;
  }
}

/**
 * One line for the person who looks at a failed attempt: what to do, then the vendor's own words. Vendors repeat tokens
 * in their words, so secrets are taken out before the line is cut: half a secret would escape any later redaction.
 */
export function advice(what: string, said: string, secrets: readonly string[] = []): string {
  const redacted = secrets
    .filter((secret) => secret !== '')
    .reduce((text, secret) => text.replaceAll(secret, '***'), said);
  const line = redacted.replace(/\s+/g, ' ').trim();
  const whole = line === '' ? what : `${what} The answer: ${line}`;
  // A vendor may write half a character, and a cut may leave one.
  const cut = whole.length <= messageMax ? whole : `${whole.slice(0, messageMax - 1)}…`;
  return cut.toWellFormed();
}

/** The vendor's own words: the error message of a JSON answer, else the body as it is. */
export function vendorText(answer: Answer): string {
  const { message, error } = answeredObject(answer) ?? {};
  if (typeof message === 'string') return message;
  if (typeof error === 'string') return error;
  if (isJsonObject(error) && typeof error.message === 'string') return error.message;
  return answer.body;
}
