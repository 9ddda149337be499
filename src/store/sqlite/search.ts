/** Where a person is found in what is stored: request by request, with all that came of each. Reads only. */
import type { Traces } from '../../identity/traces.ts';
import type { EventId } from '../../model/id.ts';
import { elementsOf, withoutElements } from './array-elements.ts';
import type { KeptEvent, KeptRequest } from './erasure-statements.ts';
import type { Statements } from './statements.ts';

/** What of one request tells of the person. */
export interface Finding {
  readonly request: number;
  readonly events: readonly EventId[];
  /** Elements of the body, also such as are no event of this request because they were known before. */
  readonly items: readonly number[];
  /** The URL or a header. */
  readonly isInEnvelope: boolean;
  /** Attempts of events that are not theirs: a destination may repeat all payloads of a batch in its answer. */
  readonly attempts: readonly number[];
}

export interface Searched {
  readonly findings: readonly Finding[];
  /** The last request looked at. */
  readonly last: number;
  readonly isAll: boolean;
}

/** Looks through the requests behind `after` for about so long, so that the event loop can breathe in between. */
export function search(
  sql: Statements,
  traces: Traces,
  { after, ms }: { readonly after: number; readonly ms: number },
): Searched {
  const endMs = performance.now() + ms;
  const findings: Finding[] = [];
  let last = after;
  while (performance.now() < endMs) {
    const request = sql.erasures.nextRequest.get(last);
    if (request === undefined) return { findings, last, isAll: true };
    last = request.seq;
    const finding = findIn(sql, traces, request);
    if (finding !== undefined) findings.push(finding);
  }
  return { findings, last, isAll: false };
}

function findIn(sql: Statements, traces: Traces, request: KeptRequest): Finding | undefined {
  const { seq, source } = request;
  const has = (text: string | null): boolean => text !== null && traces.isIn(text, source);
  const all = sql.erasures.events.all(seq);
  const isInEnvelope = has(request.url) || has(request.headers);
  const { items, isInRest } = itemsIn(request.body.toString(), has);
  const isWhole = isInRest || (isInEnvelope && all.length === 1);
  const own = all.filter(
    (event) => isWhole || (event.item !== null && items.includes(event.item)) || isIn(sql, event, has),
  );
  const attempts = all.filter((event) => !own.includes(event)).flatMap(({ id }) => attemptsIn(sql, id, has));
  const events = own.map(({ id }) => id);
  const isAny = events.length + items.length + attempts.length > 0 || isInEnvelope;
  return isAny ? { request: seq, events, items, isInEnvelope, attempts } : undefined;
}

type Has = (text: string | null) => boolean;

interface InBody {
  readonly items: readonly number[];
  /** Also in what is no element, or in every one: then nothing is left of it. */
  readonly isInRest: boolean;
}

function itemsIn(body: string, has: Has): InBody {
  if (!has(body)) return { items: [], isInRest: false };
  const elements = elementsOf(body) ?? [];
  const items = elements.flatMap((element, index) => (has(element) ? [index] : []));
  const isInRest = items.length === elements.length || has(withoutElements(body, new Set(items)));
  return { items, isInRest };
}

const isIn = (sql: Statements, { id, external_id, message, runs }: KeptEvent, has: Has): boolean =>
  has(external_id) || has(message) || has(runs) || sql.erasures.deliveries.all(id).some(({ payload }) => has(payload));

function attemptsIn(sql: Statements, event: EventId, has: Has): readonly number[] {
  const attempts = sql.erasures.deliveries.all(event).flatMap(({ id }) => sql.erasures.attempts.all(id));
  return attempts.flatMap(({ place, message, response_body }) => (has(message) || has(response_body) ? [place] : []));
}
