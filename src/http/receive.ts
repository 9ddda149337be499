import type { ServerResponse } from 'node:http';
import type { Log } from '../log.ts';
import type { Clock } from '../model/clock.ts';
import { GatewayError } from '../model/error.ts';
import type { RawRequest } from '../model/event.ts';
import type { Certificates } from '../pipeline/certificates.ts';
import { answerTo, ingest } from '../pipeline/ingest.ts';
import { secretUsed } from '../sources/secret-used.ts';
import type { ConfiguredSource } from '../sources/source.ts';
import type { Store } from '../store/store.ts';
import type { RoutedRequest } from './app.ts';
import { answerAsked, type ToldSecrets } from './handshake.ts';
import type { Metrics } from './metrics.ts';
import { BodyReader } from './read-body.ts';
import { sendEmpty, sendJson } from './send-json.ts';

export interface ReceiveDependencies {
  readonly sources: ReadonlyMap<string, ConfiguredSource>;
  readonly publicUrl: string | undefined;
  readonly store: Pick<Store, 'recordRequest'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Pick<Metrics, 'requestReceived' | 'secretUsed'>;
  readonly certificates?: Pick<Certificates, 'verify'> | undefined;
  /** What senders have told in their handshakes. */
  readonly toldSecrets?: ToldSecrets;
  /** Told once new events are committed. */
  readonly recorded: () => void;
}

/** `POST /in/<source>[/<kind>]`: answers 200 once every event is on disk, whatever mappings and destinations do. */
export function receive(
  dependencies: ReceiveDependencies,
): (request: RoutedRequest, response: ServerResponse) => Promise<void> {
  const bodies = new BodyReader();
  return async (request, response) => {
    const name = String(request.params.source);
    const source = dependencies.sources.get(name);
    if (source === undefined) throw new GatewayError('SOURCE_UNKNOWN', `no source called "${name}"`);
    const startedMs = performance.now();
    let outcome = 'accepted';
    try {
      const body = () => bodies.read(request, response);
      outcome = await receiveFrom(source, { request, response, body }, dependencies);
    } catch (error) {
      // Counted here, because only here the source is known; answered in problem.ts.
      outcome = outcomeOf(error);
      throw error;
    } finally {
      dependencies.metrics.requestReceived(name, outcome, (performance.now() - startedMs) / 1000);
    }
  };
}

function outcomeOf(error: unknown): string {
  if (!(error instanceof GatewayError)) return 'internal';
  return error.code === 'SIGNATURE_REFUSED' ? error.message : error.code.toLowerCase();
}

interface Exchange {
  readonly request: RoutedRequest;
  readonly response: ServerResponse;
  readonly body: () => Promise<Buffer>;
}

async function receiveFrom(
  source: ConfiguredSource,
  { request, response, body: readBody }: Exchange,
  dependencies: ReceiveDependencies,
): Promise<'accepted' | 'asked'> {
  const { log, store, clock, metrics, recorded } = dependencies;
  if (source.off !== null && source.source.handshake === undefined) throw isOff(source.off);
  const body = await readBody();
  const raw = rawRequest(request, { body, source, publicUrl: dependencies.publicUrl, receivedAt: clock.now() });
  if (source.off !== null) {
    // The secret of some senders comes with what they ask first.
    const answer = answerTo(raw, source, false);
    if (answer === undefined) throw isOff(source.off);
    answerAsked(response, answer, { source, dependencies });
    return 'asked';
  }
  const ingested = await ingest(raw, source, { store, clock, certificates: dependencies.certificates });
  if (ingested.kind === 'asked') {
    answerAsked(response, ingested.answer, { source, dependencies });
    return 'asked';
  }
  if (ingested.kind === 'refused') {
    log.write('request.refused', { source: source.name, reason: ingested.reason });
    throw new GatewayError('SIGNATURE_REFUSED', ingested.reason);
  }
  const used = secretUsed(raw, source, raw.receivedAt);
  if (used !== undefined) metrics.secretUsed(source.name, { number: used, at: raw.receivedAt });
  const { accepted, duplicates } = ingested.receipt;
  if (source.source.answersEmpty === true) sendEmpty(response, 200);
  else sendJson(response, 200, { accepted, duplicates });
  log.write('event.received', { source: source.name, accepted, duplicates });
  if (accepted > 0) recorded();
  return 'accepted';
}

const isOff = (why: string): GatewayError => new GatewayError('SOURCE_NOT_CONFIGURED', why);

interface RawParts {
  readonly body: Buffer;
  readonly source: ConfiguredSource;
  readonly publicUrl: string | undefined;
  readonly receivedAt: Date;
}

/** `GET /in/<source>`, which some senders try before they send; false where nobody asks anything there. */
export function greet(
  dependencies: ReceiveDependencies,
): (request: RoutedRequest, response: ServerResponse) => boolean {
  return (request, response) => {
    const source = dependencies.sources.get(String(request.params.source));
    if (source?.source.handshake === undefined) return false;
    const { clock, publicUrl } = dependencies;
    const raw = rawRequest(request, { body: Buffer.alloc(0), source, publicUrl, receivedAt: clock.now() });
    const isVerified = source.source.verify(raw, source.settings, clock.now()).ok;
    const answer = answerTo(raw, source, isVerified);
    if (answer === undefined) return false;
    answerAsked(response, answer, { source, dependencies });
    return true;
  };
}

/** The URL comes from the configuration, never from Host or X-Forwarded-*: some signatures cover it. */
function rawRequest(request: RoutedRequest, { body, source, publicUrl, receivedAt }: RawParts): RawRequest {
  const path = request.originalUrl;
  const query = path.includes('?') ? path.slice(path.indexOf('?')) : '';
  const fixed = source.settings.public_url;
  return {
    method: request.method,
    url: fixed === undefined ? `${publicUrl ?? ''}${path}` : `${fixed}${query}`,
    kind: typeof request.params.kind === 'string' ? request.params.kind : null,
    headers: request.headersDistinct as RawRequest['headers'],
    body,
    receivedAt,
  };
}
