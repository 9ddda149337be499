import type { ClaimedEvent, RawRequest } from '../model/event.ts';
import type { EventId } from '../model/id.ts';
import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import { eventInBody } from '../sources/event-in-body.ts';
import type { ConfiguredSource, Reading } from '../sources/source.ts';
import type { EventDetail } from '../store/store.ts';

/** An event as a mapping would get it, whether it was ever received or not. */
export type PreviewEvent = Omit<ClaimedEvent, 'claimedBy' | 'tries' | 'inLineSince'>;

/** A body with what its sender would have said beside it. */
export interface InlineEvent {
  readonly body: Json;
  /** The event's type and the URL's kind, where the body does not tell (CallRail). */
  readonly type?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** A body as if it had just arrived at a source; undefined where the source cannot read it. */
export function inlineEvent(
  { body, type, headers = {} }: InlineEvent,
  { name, source }: ConfiguredSource,
  { id, receivedAt }: { readonly id: EventId; readonly receivedAt: Date },
): PreviewEvent | undefined {
  const lowered = Object.fromEntries(Object.entries(headers).map(([key, value]) => [key.toLowerCase(), value]));
  const found = eventInBody(source, body, { kind: type ?? null, receivedAt, headers: lowered });
  if (found === undefined) return undefined;
  return {
    id,
    source: name,
    type: type ?? found.type,
    externalId: found.externalId,
    occurredAt: found.occurredAt,
    receivedAt,
    kind: type ?? null,
    url: `/in/${name}`,
    headers: lowered,
    bodyText: JSON.stringify(body),
    item: found.item,
  };
}

/** An event from the store; undefined where its body can be no input of a mapping. */
export function storedEvent({ request, ...event }: EventDetail): PreviewEvent | undefined {
  const bodyText = Buffer.from(request.body).toString('utf8');
  const { id, source, type, externalId, occurredAt, receivedAt } = event;
  const { kind, url, headers, item } = request;
  const about = { id, source, type, externalId, occurredAt, receivedAt, kind, url, headers, item };
  return isJson(bodyText) ? { ...about, bodyText } : undefined;
}

/** What the expressions of its source in gateway.yaml, or of the source itself, tell it by. */
export function readingsOf(event: PreviewEvent, sources: readonly ConfiguredSource[]): readonly Reading[] {
  const { kind, url, headers, receivedAt, bodyText } = event;
  const configured = sources.find(({ name }) => name === event.source);
  const request = { method: 'POST', url, kind, receivedAt, headers: listed(headers), body: Buffer.from(bodyText) };
  return configured?.source.readings?.(inputOf(event), request) ?? [];
}

const listed = (headers: PreviewEvent['headers']): RawRequest['headers'] =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));

/** As its mapping sees it: one element where the sender sends a list. */
function inputOf({ bodyText, item }: Pick<PreviewEvent, 'bodyText' | 'item'>): Json {
  const parsed = JSON.parse(bodyText) as Json;
  return item !== null && Array.isArray(parsed) ? ((parsed[item] as Json | undefined) ?? null) : parsed;
}

/** What is kept of an event for tests, and what a new mapping is made from. */
export interface PinnableEvent {
  readonly source: string;
  readonly type: string;
  readonly kind: string | null;
  readonly receivedAt: string;
  /** As its mapping sees it: one element where the sender sends a list. */
  readonly body: JsonObject;
}

/** Undefined where its body is no block of keys, so that no mapping could read it. */
export function pinnableEvent({
  source,
  type,
  kind,
  receivedAt,
  bodyText,
  item,
}: PreviewEvent): PinnableEvent | undefined {
  const body = inputOf({ bodyText, item });
  return isJsonObject(body) ? { source, type, kind, receivedAt: receivedAt.toISOString(), body } : undefined;
}

export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    // What is not JSON is kept as a failed event; parsing is the only way to know.
    return false;
  }
}
