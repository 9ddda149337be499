import type { Clock } from '../model/clock.ts';
import type { RawRequest, Receipt, ReceivedRequest } from '../model/event.ts';
import { parseBody } from '../sources/parse-body.ts';
import type { ConfiguredSource, HandshakeAnswer, ParsedBody, Refusal } from '../sources/source.ts';
import { unusableEvent } from '../sources/unusable-event.ts';
import type { Store } from '../store/store.ts';
import type { Certificates } from './certificates.ts';

export type Ingested =
  | { readonly kind: 'accepted'; readonly receipt: Receipt }
  /** It was no event but what its sender asks before the first one. */
  | { readonly kind: 'asked'; readonly answer: HandshakeAnswer }
  | { readonly kind: 'refused'; readonly reason: Refusal };

export interface IngestDependencies {
  readonly store: Pick<Store, 'recordRequest'>;
  readonly clock: Clock;
  /** Without it, what only a certificate proves is refused. */
  readonly certificates?: Pick<Certificates, 'verify'> | undefined;
}

/** verify → parse → store. Resolves `accepted` only when every event is on disk; throws STORE_UNAVAILABLE, CERTIFICATE_UNAVAILABLE. */
export async function ingest(
  request: RawRequest,
  configured: ConfiguredSource,
  { store, clock, certificates }: IngestDependencies,
): Promise<Ingested> {
  const { source, settings } = configured;
  const verification =
    source.certified === undefined || certificates === undefined
      ? source.verify(request, settings, clock.now())
      : await certificates.verify(request, configured);
  if (!verification.ok) {
    const answer = source.handshake === undefined ? undefined : answerTo(request, configured, false);
    return answer === undefined ? { kind: 'refused', reason: verification.reason } : { kind: 'asked', answer };
  }
  const body = bodyOf(request, configured);
  const answer =
    source.handshake !== undefined && 'json' in body
      ? source.handshake({ request, body: body.json, isVerified: true }, settings)
      : undefined;
  if (answer !== undefined) return { kind: 'asked', answer };
  const events = eventsOf(request, body, configured);
  // A list without events is a sign of life.
  if (events.length === 0) return { kind: 'accepted', receipt: { accepted: 0, duplicates: 0 } };
  const received = receivedRequest(request, events, configured);
  const stored = 'stored' in body && body.stored !== undefined ? { ...received, body: body.stored } : received;
  return { kind: 'accepted', receipt: await store.recordRequest(stored) };
}

/** What is said to a request that asks something and that nothing else proves; undefined where it asks nothing. */
export function answerTo(
  request: RawRequest,
  configured: Pick<ConfiguredSource, 'source' | 'settings'>,
  isVerified: boolean,
): HandshakeAnswer | undefined {
  const { source, settings } = configured;
  if (request.method !== 'POST') return source.handshake?.({ request, body: {}, isVerified }, settings);
  const body = bodyOf(request, configured);
  // What is asked in a header may come with no body at all.
  const json = 'json' in body ? body.json : {};
  return source.handshake?.({ request, body: json, isVerified }, settings);
}

const bodyOf = ({ body }: RawRequest, { source }: Pick<ConfiguredSource, 'source'>): ParsedBody =>
  source.readBody === undefined ? parseBody(body) : source.readBody(body);

/** A genuine body that cannot be used is kept as one failed event: its sender will not send it again. */
function eventsOf(
  request: RawRequest,
  body: ParsedBody,
  { source, settings }: Pick<ConfiguredSource, 'source' | 'settings'>,
): ReceivedRequest['events'] {
  const parsed = 'unusable' in body ? body : source.parse(body.json, request, settings);
  return 'events' in parsed ? parsed.events : [unusableEvent(request, parsed.unusable)];
}

/** What a proxy or the sender adds for itself: of no use to a mapping, and it may be a credential. */
const droppedHeaders = new Set(['authorization', 'cookie', 'proxy-authorization', 'x-api-key']);

function receivedRequest(
  request: RawRequest,
  events: ReceivedRequest['events'],
  { name, source }: ConfiguredSource,
): ReceivedRequest {
  const kept = source.withoutSecrets === undefined ? request : source.withoutSecrets(request);
  const { kind, method, url, body, receivedAt } = kept;
  const isSentOnce = source.sendsOnce === true;
  return { source: name, kind, method, url, headers: keptHeaders(kept), body, receivedAt, events, isSentOnce };
}

function keptHeaders({ headers }: Pick<RawRequest, 'headers'>): Record<string, string> {
  // Without a prototype, so that a header may have any name.
  const kept: Record<string, string> = Object.create(null);
  for (const name of Object.keys(headers)) {
    if (!droppedHeaders.has(name)) kept[name] = headers[name]?.join(', ') ?? '';
  }
  return kept;
}
