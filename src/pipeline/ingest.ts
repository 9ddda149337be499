import type { Clock } from '../model/clock.ts';
import type { RawRequest, Receipt, ReceivedRequest } from '../model/event.ts';
import { parseBody } from '../sources/parse-body.ts';
import type { ConfiguredSource, Refusal } from '../sources/source.ts';
import { unusableEvent } from '../sources/unusable-event.ts';
import type { Store } from '../store/store.ts';

export type Ingested =
  | { readonly kind: 'accepted'; readonly receipt: Receipt }
  | { readonly kind: 'refused'; readonly reason: Refusal };

export interface IngestDependencies {
  readonly store: Pick<Store, 'recordRequest'>;
  readonly clock: Clock;
}

/** verify → parse → store. Resolves `accepted` only when every event is on disk; throws STORE_UNAVAILABLE. */
export async function ingest(
  request: RawRequest,
  configured: ConfiguredSource,
  { store, clock }: IngestDependencies,
): Promise<Ingested> {
  const { name, source, settings } = configured;
  const verification = source.verify(request, settings, clock.now());
  if (!verification.ok) return { kind: 'refused', reason: verification.reason };
  const events = eventsOf(request, configured);
  const stored = { ...received(name, request, events), isSentOnce: source.sendsOnce === true };
  return { kind: 'accepted', receipt: await store.recordRequest(stored) };
}

/** A genuine body that cannot be used is kept as one failed event: its sender will not send it again. */
function eventsOf(
  request: RawRequest,
  { source, settings }: Pick<ConfiguredSource, 'source' | 'settings'>,
): ReceivedRequest['events'] {
  const body = parseBody(request.body);
  const parsed = 'unusable' in body ? body : source.parse(body.json, request, settings);
  return 'events' in parsed ? parsed.events : [unusableEvent(request, parsed.unusable)];
}

/** What a proxy or the sender adds for itself: of no use to a mapping, and it may be a credential. */
const droppedHeaders = new Set(['authorization', 'cookie', 'proxy-authorization', 'x-api-key']);

function received(source: string, request: RawRequest, events: ReceivedRequest['events']): ReceivedRequest {
  const { kind, method, url, body, receivedAt } = request;
  return { source, kind, method, url, headers: keptHeaders(request), body, receivedAt, events };
}

function keptHeaders({ headers }: Pick<RawRequest, 'headers'>): Record<string, string> {
  // Without a prototype, so that a header may have any name.
  const kept: Record<string, string> = Object.create(null);
  for (const name of Object.keys(headers)) {
    if (!droppedHeaders.has(name)) kept[name] = headers[name]?.join(', ') ?? '';
  }
  return kept;
}
