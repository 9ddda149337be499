import { lookup as systemLookup } from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import type { Readable } from 'node:stream';
import axios, { type AxiosResponse } from 'axios';
import type { OutboundRequest } from '../destinations/destination.ts';
import type { Answer } from '../model/attempt.ts';
import { headerProblem } from './outbound-headers.ts';
import { addressRefusal, literalAddress } from './private-address.ts';
import { networkFailure, RefusedAddress, type SendFailure } from './send-failure.ts';

export type SendResult =
  | { readonly kind: 'answered'; readonly answer: Answer }
  | { readonly kind: 'failed'; readonly failure: SendFailure }
  /** Shutdown took it away; says nothing about the destination. */
  | { readonly kind: 'aborted' };

/** A question to a vendor's API. */
export interface GetRequest {
  readonly method: 'GET';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface SendLimits {
  /** From the first look-up to the last byte of the answer. */
  readonly timeoutMs: number;
  readonly allowPrivateAddress: boolean;
  /** Where more than the beginning of an answer is needed. */
  readonly answerBytesMax?: number;
}

export interface SenderOptions {
  /** For requests that do not bring their own. */
  readonly userAgent?: string;
  readonly lookup?: LookupFunction;
}

/** Makes one HTTP request and reports what came of it; a failure is a value. The only way out of the gateway. */
export interface Sender {
  send(request: OutboundRequest | GetRequest, limits: SendLimits, shutdown?: AbortSignal): Promise<SendResult>;
  /** Closes the connections kept for the next request. */
  close(): void;
}

const maxAnswerBytes = 64 * 1024;
/** Below the 60 s after which common load balancers drop an idle connection without a word. */
const idleConnectionMs = 30_000;
/** Analytics tools drop what looks like a bot: `axios/…`, `node`, a bare product name. */
const browserLikeUserAgent = 'Mozilla/5.0 hookstitch/1.0';

export function createSender({ userAgent = browserLikeUserAgent, lookup = systemLookup }: SenderOptions = {}): Sender {
  // Two pools: a connection opened for a destination on a private address must not be handed to one that may not.
  const anyAddress = createAgents(lookup);
  const publicOnly = createAgents(guardedLookup(lookup));

  return {
    async send(request, { timeoutMs, allowPrivateAddress, answerBytesMax = maxAnswerBytes }, shutdown) {
      const failure = requestProblem(request, allowPrivateAddress);
      if (failure !== undefined) return { kind: 'failed', failure };

      const limit = startLimit(timeoutMs, shutdown);
      try {
        const agents = allowPrivateAddress ? anyAddress : publicOnly;
        const context = { ...agents, userAgent, signal: limit.signal, answerBytesMax };
        return { kind: 'answered', answer: await exchange(request, context) };
      } catch (error) {
        if (!limit.signal.aborted) return { kind: 'failed', failure: networkFailure(error) };
        if (limit.signal.reason === 'shutdown') return { kind: 'aborted' };
        const message = `no complete answer within ${timeoutMs} ms`;
        return { kind: 'failed', failure: { reason: 'timeout', message, sent: true } };
      } finally {
        limit.end();
      }
    },
    close() {
      for (const agent of [...Object.values(anyAddress), ...Object.values(publicOnly)]) agent.destroy();
    },
  };
}

/**
 * One signal for the deadline and for shutdown. Not `AbortSignal.any`: in Node 24 every call leaves some 70 bytes on the
 * shutdown signal, which lives as long as the process.
 */
function startLimit(timeoutMs: number, shutdown: AbortSignal | undefined): Limit {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort('deadline'), timeoutMs);
  const onShutdown = (): void => controller.abort('shutdown');
  if (shutdown?.aborted) onShutdown();
  shutdown?.addEventListener('abort', onShutdown);
  return {
    signal: controller.signal,
    end() {
      clearTimeout(timer);
      shutdown?.removeEventListener('abort', onShutdown);
    },
  };
}

interface Limit {
  readonly signal: AbortSignal;
  end(): void;
}

interface Agents {
  readonly httpAgent: http.Agent;
  readonly httpsAgent: https.Agent;
}

function createAgents(lookup: LookupFunction): Agents {
  const options = { keepAlive: true, timeout: idleConnectionMs, lookup };
  return {
    httpAgent: new http.Agent(options),
    // Said outright, because the environment can turn verification off for a whole process.
    httpsAgent: new https.Agent({ ...options, minVersion: 'TLSv1.2', rejectUnauthorized: true }),
  };
}

/** Judges the very addresses that are connected to, so that a name which changes between two look-ups gains nothing. */
export function guardedLookup(lookup: LookupFunction): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, options, (error, resolved, family) => {
      if (error) return callback(error, resolved, family);
      const addresses = typeof resolved === 'string' ? [resolved] : resolved.map(({ address }) => address);
      const refusal = addressRefusal(hostname, addresses);
      return refusal === undefined ? callback(null, resolved, family) : callback(new RefusedAddress(refusal), []);
    });
  };
}

/** What can be refused before anything is connected; an address in the URL itself never reaches the resolver. */
function requestProblem(
  { url, headers }: OutboundRequest | GetRequest,
  allowPrivateAddress: boolean,
): SendFailure | undefined {
  const parsed = URL.parse(url);
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
    return { reason: 'invalid_payload', message: 'the request has no http(s) URL', sent: false };
  }
  const problem = headerProblem(headers);
  if (problem !== undefined) return { reason: 'invalid_payload', message: problem, sent: false };

  const address = literalAddress(parsed);
  if (allowPrivateAddress || address === undefined) return undefined;
  const refusal = addressRefusal(address, [address]);
  return refusal === undefined ? undefined : { reason: 'unreachable', message: refusal, sent: false };
}

interface ExchangeContext extends Agents {
  readonly userAgent: string;
  readonly signal: AbortSignal;
  readonly answerBytesMax: number;
}

async function exchange(request: OutboundRequest | GetRequest, context: ExchangeContext): Promise<Answer> {
  const { userAgent, answerBytesMax, ...transport } = context;
  const content = request.method === 'POST' ? { 'content-type': 'application/json' } : {};
  const response: AxiosResponse<Readable> = await axios.request({
    method: request.method,
    url: request.url,
    headers: {
      accept: '*/*',
      ...content,
      'user-agent': userAgent,
      ...request.headers,
      'accept-encoding': 'identity',
    },
    ...(request.method === 'POST' && { data: request.body }),
    transformRequest: [],
    transformResponse: [],
    ...transport,
    // Following would turn a 302's POST into a GET that "succeeds", and carry secrets to another host on a 307.
    maxRedirects: 0,
    proxy: false,
    decompress: false,
    responseType: 'stream',
    validateStatus: null,
  });
  return {
    status: response.status,
    headers: flattened(response.headers),
    body: await readUpTo(answerBytesMax, response.data),
  };
}

/** The rest is not worth a byte: the answer is cut there, not refused, so that a long one is not retried for ever. */
async function readUpTo(limit: number, stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= limit) break;
  }
  return Buffer.concat(chunks).subarray(0, limit).toString();
}

function flattened(headers: AxiosResponse['headers']): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
