import { lookup as systemLookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import type { AxiosResponse } from 'axios';
import type { OutboundRequest } from '../destinations/destination.ts';
import type { Answer } from '../model/attempt.ts';
import { headerProblem } from './outbound-headers.ts';
import { addressRefusal, literalAddress } from './private-address.ts';
import { networkFailure, RefusedAddress, type SendFailure } from './send-failure.ts';
import type { Carrier, ConnectionSettings } from './transport/carrier.ts';
import type { Transport } from './transport/transport.ts';

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
  /** What brings requests to their servers, if not the fastest. */
  readonly carrier?: (settings: ConnectionSettings) => Carrier;
}

/** Makes one HTTP request and reports what came of it; a failure is a value. The only way out of the gateway. */
export interface Sender {
  send(request: OutboundRequest | GetRequest, limits: SendLimits, shutdown?: AbortSignal): Promise<SendResult>;
  /** Closes the connections kept for the next request. */
  close(): void;
}

const maxAnswerBytes = 64 * 1024;
/** Below the 60 s after which common load balancers drop an idle connection without a word. */
const idleMs = 30_000;
/** Analytics tools drop what looks like a bot: `axios/…`, `node`, a bare product name. */
const browserLikeUserAgent = 'Mozilla/5.0 hookstitch/1.0';

export function createSender({
  userAgent = browserLikeUserAgent,
  lookup = systemLookup,
  carrier,
}: SenderOptions = {}): Sender {
  let opened: Promise<Transports> | undefined;
  return {
    async send(request, { timeoutMs, allowPrivateAddress, answerBytesMax = maxAnswerBytes }, shutdown) {
      const failure = requestProblem(request, allowPrivateAddress);
      if (failure !== undefined) return { kind: 'failed', failure };

      opened ??= openTransports(lookup, carrier);
      const { anyAddress, publicOnly, interruptionOf } = await opened;
      const { axios } = allowPrivateAddress ? anyAddress : publicOnly;
      try {
        const limits = { timeout: timeoutMs, maxContentLength: answerBytesMax, ...(shutdown && { signal: shutdown }) };
        const response = await axios.request<string>({ ...outbound(request, userAgent), ...limits });
        return { kind: 'answered', answer: answerOf(response) };
      } catch (error) {
        const interruption = interruptionOf(error);
        if (interruption === 'canceled') return { kind: 'aborted' };
        if (interruption === undefined) return { kind: 'failed', failure: networkFailure(error) };
        const message = `no complete answer within ${timeoutMs} ms`;
        return { kind: 'failed', failure: { reason: 'timeout', message, sent: true } };
      }
    },
    close() {
      void opened?.then(({ anyAddress, publicOnly }) => {
        anyAddress.close();
        publicOnly.close();
      });
    },
  };
}

type Transports = Awaited<ReturnType<typeof openTransports>>;

/** With the first request: axios is megabytes and some 60 ms, and a gateway's start waits for neither. */
async function openTransports(lookup: LookupFunction, carrier: SenderOptions['carrier']) {
  const { createTransport, fastestCarrier, interruptionOf } = await import('./transport/transport.ts');
  const open = (settings: ConnectionSettings): Transport => createTransport((carrier ?? fastestCarrier)(settings));
  return {
    // Two pools: a connection opened for a destination on a private address must not be handed to one that may not.
    anyAddress: open({ lookup, idleMs }),
    publicOnly: open({ lookup: guardedLookup(lookup), idleMs }),
    interruptionOf,
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

  const address = allowPrivateAddress ? undefined : literalAddress(parsed);
  if (address === undefined) return undefined;
  const refusal = addressRefusal(address, [address]);
  return refusal === undefined ? undefined : { reason: 'unreachable', message: refusal, sent: false };
}

function outbound(request: OutboundRequest | GetRequest, userAgent: string) {
  const { method, url, headers } = request;
  const whatever = { accept: '*/*', 'user-agent': userAgent };
  const encoding = { 'accept-encoding': 'identity' };
  if (!('body' in request) || request.body === '')
    return { method, url, headers: { ...whatever, ...headers, ...encoding } };
  const json = { 'content-type': 'application/json' };
  return { method, url, data: request.body, headers: { ...whatever, ...json, ...headers, ...encoding } };
}

function answerOf({ status, headers, data }: AxiosResponse<string>): Answer {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) flat[name] = String(value);
  return { status, headers: flat, body: data };
}
