/** What of a stored request tells of a person. */
import type { Traces } from '../identity/traces.ts';
import type { DeliveryId, EventId } from '../model/id.ts';
import { elementsOf, withoutElements } from './array-elements.ts';
import type { KeptAttempt, KeptDelivery, KeptEvent, KeptRequest } from './erasing.ts';

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

/** One request with all that came of it; read only as far as it is asked for. */
export interface Kept {
  readonly request: KeptRequest;
  readonly events: readonly KeptEvent[];
  readonly deliveriesOf: (event: EventId) => readonly KeptDelivery[];
  readonly attemptsOf: (delivery: DeliveryId) => readonly KeptAttempt[];
}

export function findIn(kept: Kept, traces: Traces): Finding | undefined {
  const { seq, source, url, headers, body } = kept.request;
  const has = (text: string | null): boolean => text !== null && traces.isIn(text, source);
  const all = kept.events;
  const isInEnvelope = has(url) || has(headers);
  const { items, isInRest } = itemsIn(body.toString(), has);
  const isWhole = isInRest || (isInEnvelope && all.length === 1);
  const own = all.filter(
    (event) => isWhole || (event.item !== null && items.includes(event.item)) || isIn(kept, event, has),
  );
  const attempts = all.filter((event) => !own.includes(event)).flatMap(({ id }) => attemptsIn(kept, id, has));
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

const isIn = ({ deliveriesOf }: Kept, { id, external_id, message, runs }: KeptEvent, has: Has): boolean =>
  has(external_id) || has(message) || has(runs) || deliveriesOf(id).some(({ payload }) => has(payload));

function attemptsIn({ deliveriesOf, attemptsOf }: Kept, event: EventId, has: Has): readonly number[] {
  const attempts = deliveriesOf(event).flatMap(({ id }) => attemptsOf(id));
  return attempts.flatMap(({ place, message, response_body }) => (has(message) || has(response_body) ? [place] : []));
}
