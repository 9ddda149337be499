import { EventEmitter } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import {
  Axios,
  AxiosHeaders,
  type AxiosResponse,
  CanceledError,
  type InternalAxiosRequestConfig,
  isCancel,
  type RawAxiosHeaders,
} from 'axios';
import { type Carrier, ConnectionEnded, type ConnectionSettings, type Outgoing } from './carrier.ts';
import { carrierOverNode } from './over-node.ts';
import { carrierOverUndici } from './over-undici.ts';

export interface Transport {
  /**
   * `timeout` is the time for everything, from the look-up to the last byte; an answer is cut at `maxContentLength`. It
   * follows no redirect, knows no proxy and inflates nothing.
   */
  readonly axios: Axios;
  /** Closes the connections kept for the next request. */
  close(): void;
}

/**
 * axios with an adapter of our own: its own spends most of a request's time on what is off here. Not `axios.create`, whose
 * defaults for every method would be merged and sorted out again with each request.
 */
export function createTransport(carrier: Carrier): Transport {
  return { axios: new Axios({ adapter: (config) => exchange(config, carrier) }), close: () => carrier.close() };
}

/**
 * undici takes an unasked `100 Continue` for an offence, which a client has to bear (RFC 9110, 15.2). Where one was seen,
 * requests go over `node:http` from then on.
 */
export function fastestCarrier(settings: ConnectionSettings): Carrier {
  const undici = carrierOverUndici(settings);
  const node = carrierOverNode(settings);
  const origins = new Set<string>();
  return {
    async carry(outgoing, stop) {
      const { origin } = outgoing.url;
      if (origins.has(origin)) return await node.carry(outgoing, stop);
      try {
        return await undici.carry(outgoing, stop);
      } catch (error) {
        if (!isUnaskedContinue(error)) throw error;
        origins.add(origin);
        throw new ConnectionEnded('100 Continue came unasked before the answer; the next request allows for it');
      }
    },
    close() {
      undici.close();
      node.close();
    },
  };
}

const isUnaskedContinue = (error: unknown): boolean => error instanceof Error && error.message === 'bad response';

/** There was no complete answer in time. */
class TimeUp extends Error {
  override readonly name = 'TimeUp';
}

/** Why a request was given up here; undefined when it failed by itself. */
export function interruptionOf(error: unknown): 'canceled' | 'time_up' | undefined {
  if (isCancel(error)) return 'canceled';
  return error instanceof TimeUp ? 'time_up' : undefined;
}

/** Rejects with `TimeUp`, with axios's `CanceledError` when the signal came, else with what the network said. */
async function exchange(config: InternalAxiosRequestConfig, carrier: Carrier): Promise<AxiosResponse<string>> {
  const { timeout, signal } = config;
  const stop = new EventEmitter();
  let cause: Error | undefined;
  const giveUp = (error: Error): void => {
    cause = error;
    stop.emit('abort');
  };
  // First of all, because what the first request of a process has to load is not the server's time.
  const carrying = carrier.carry(outgoing(config), stop);
  const deadline = setTimeout(() => giveUp(new TimeUp()), timeout);
  const onAbort = (): void => giveUp(new CanceledError());
  signal?.addEventListener?.('abort', onAbort);
  try {
    const { status, headers, body } = await carrying;
    return { status, statusText: '', headers: answerHeaders(headers), config, data: body };
  } catch (error) {
    throw cause ?? error;
  } finally {
    clearTimeout(deadline);
    signal?.removeEventListener?.('abort', onAbort);
  }
}

function outgoing({ url = '', method = 'GET', headers, data, maxContentLength }: InternalAxiosRequestConfig): Outgoing {
  const flat: string[] = [];
  for (const [name, value] of Object.entries(headers)) flat.push(name, String(value));
  return {
    method: method.toUpperCase(),
    url: new URL(url),
    headers: flat,
    body: data,
    answerBytesMax: maxContentLength ?? Number.POSITIVE_INFINITY,
  };
}

/** Made by hand: axios would look each name up among those before it. */
const answerHeaders = (headers: IncomingHttpHeaders): AxiosHeaders =>
  Object.assign(new AxiosHeaders(), headers as RawAxiosHeaders);
