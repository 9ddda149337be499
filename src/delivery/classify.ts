import type { Answer, Outcome, ResponseSummary, Verdict } from '../model/attempt.ts';
import { redact } from './redact.ts';
import { boundedRetryMs, parseRetryAfter } from './retry-after.ts';
import type { SendFailure } from './send-failure.ts';

const keptBodyLength = 2_048;
const keptMessageLength = 300;
const excerptLength = 200;

/** What an answer means by its status alone: the default, where a destination does not read its answers itself. */
export function classifyAnswer(answer: Answer, now: Date): Verdict {
  return withWait(byStatus(answer), answer, now);
}

/** What it means that there was no answer. */
export function classifyFailure({ reason, message, sent }: SendFailure): Verdict {
  switch (reason) {
    case 'timeout':
    case 'unreachable':
      return { kind: 'retry', reason, message, ...(sent && { ambiguous: true }) };
    case 'invalid_payload':
      return { kind: 'fail', reason, message };
  }
}

export interface OutcomeContext {
  /** Deliveries the request carried. */
  readonly count: number;
  readonly now: Date;
  /** Hidden in everything that is kept. */
  readonly secrets: readonly string[];
}

/**
 * One outcome per delivery of an answered request, in order. `read` is what the destination made of the answer: a
 * verdict for each, one for all, or undefined to leave it to the status.
 */
export function outcomes(
  read: Verdict | readonly Verdict[] | undefined,
  answer: Answer,
  { count, now, secrets }: OutcomeContext,
): readonly Outcome[] {
  // Before anything is cut, or a cut could leave half a secret unrecognised.
  const redacted = redactedAnswer(answer, secrets);
  const response = summarize(redacted);
  return Array.from({ length: count }, (_, index) => {
    const verdict = isList(read) ? (read[index] ?? unread) : (read ?? byStatus(redacted));
    return { ...presentable(withWait(verdict, redacted, now), secrets), response };
  });
}

/** The outcome for each delivery of a request that got no answer. */
export function failureOutcome(failure: SendFailure, secrets: readonly string[]): Outcome {
  return presentable(classifyFailure(failure), secrets);
}

/** A destination that overlooks one of its payloads must not turn it into a delivery. */
const unread: Verdict = { kind: 'retry', reason: 'server_error', message: 'the answer says nothing about this event' };

/** `Array.isArray` does not narrow a readonly array. */
const isList = (read: Verdict | readonly Verdict[] | undefined): read is readonly Verdict[] => Array.isArray(read);

/** Of the headers, only `Location` is ever quoted. */
function redactedAnswer({ status, headers, body }: Answer, secrets: readonly string[]): Answer {
  const { location } = headers;
  const safe = location === undefined ? headers : { ...headers, location: redact(location, secrets) };
  return { status, headers: safe, body: redact(body, secrets) };
}

/** NUL and half characters are out: PostgreSQL refuses a text that holds them. */
function summarize({ status, body }: Answer): ResponseSummary {
  return { status, body: body.slice(0, keptBodyLength).replaceAll('\0', '\ufffd').toWellFormed() };
}

function byStatus(answer: Answer): Verdict {
  const { status } = answer;
  if (status >= 200 && status <= 299) return { kind: 'delivered' };
  if (status >= 300 && status <= 399) return { kind: 'fail', reason: 'redirected', message: redirectMessage(answer) };

  const message = answerMessage(answer);
  switch (status) {
    case 401:
      return { kind: 'retry', reason: 'unauthorized', message, lane: 'credentials' };
    case 408:
    case 425:
      return { kind: 'retry', reason: 'timeout', message };
    case 410:
      return { kind: 'retry', reason: 'rejected', message, lane: 'gone' };
    case 429:
      return { kind: 'retry', reason: 'throttled', message, lane: 'throttled' };
    case 501:
    case 505:
      return { kind: 'fail', reason: 'server_error', message };
  }
  if (status >= 400 && status <= 499) return { kind: 'fail', reason: 'rejected', message };
  // 5xx, and numbers that are no status at all.
  return { kind: 'retry', reason: 'server_error', message };
}

/** Adds the wait that was asked for, which holds as well where a destination says "retry" without looking at headers. */
function withWait(verdict: Verdict, { status, headers }: Answer, now: Date): Verdict {
  if (verdict.kind !== 'retry') return verdict;
  const requested = status === 429 || status === 503 ? headers['retry-after'] : undefined;
  const waitMs = verdict.retryAfterMs ?? parseRetryAfter(requested, now);
  if (waitMs === undefined) return verdict;
  // Whoever names a time speaks for the destination as a whole.
  return { ...verdict, retryAfterMs: boundedRetryMs(waitMs), lane: verdict.lane ?? 'throttled' };
}

function presentable(verdict: Verdict, secrets: readonly string[]): Verdict {
  if (verdict.kind === 'delivered') return verdict;
  return { ...verdict, message: oneLine(redact(verdict.message, secrets), keptMessageLength) };
}

function answerMessage({ status, body }: Answer): string {
  const excerpt = oneLine(body, excerptLength);
  return excerpt === '' ? `answered ${status}` : `answered ${status}: ${excerpt}`;
}

function redirectMessage({ status, headers }: Answer): string {
  const [location = ''] = (headers.location ?? '').split(/[?#]/);
  if (location === '') return `answered ${status} without saying where the destination moved`;
  const url = URL.parse(location);
  const place = url?.host ? `${url.origin}${url.pathname}` : location;
  return `destination moved to ${place}; change its url in gateway.yaml`;
}

/** Also takes out control characters, which could steer a terminal. */
function oneLine(text: string, length: number): string {
  const line = text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  return line.length <= length ? line : `${line.slice(0, length - 1).toWellFormed()}…`;
}
