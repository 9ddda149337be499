import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Json } from '../model/json.ts';
import { bodyBytesMax } from './read-body.ts';

/** For how long, and of how much, what still arrives after an early answer is thrown away. */
const lingering = { ms: 2_000, bytes: 4 * bodyBytesMax };

type Change = (body: Json) => Json;
const changes = new WeakMap<ServerResponse, Change>();

/** What is answered with success will be what `change` makes of it. */
export function changeJson(response: ServerResponse, change: Change): void {
  changes.set(response, change);
}

export const isChanged = (response: ServerResponse): boolean => changes.has(response);

export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const change = status < 300 ? changes.get(response) : undefined;
  const written = JSON.stringify(body);
  const text = change === undefined ? written : JSON.stringify(change(JSON.parse(written) as Json));
  send(response, status, { cache: 'no-store', type: 'application/json; charset=utf-8', text });
}

/** Nothing but a status. */
export function sendEmpty(response: ServerResponse, status: 200 | 204): void {
  if (status === 200) return send(response, status, { cache: 'no-store', type: 'text/plain; charset=utf-8', text: '' });
  response.writeHead(status, { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' });
  response.end();
}

interface Answer {
  readonly cache: string;
  readonly type: string;
  readonly text: string;
}

/** The one way of answering, also before the request's body has been read. */
export function send(response: ServerResponse, status: number, { cache, type, text }: Answer): void {
  const isLast = endsConnection(response.req);
  if (isLast) response.setHeader('Connection', 'close');
  response.writeHead(status, {
    'Cache-Control': cache,
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(text),
    'X-Content-Type-Options': 'nosniff',
  });
  if (isLast) {
    response.write(text);
    linger(response);
  } else response.end(text);
}

/** To keep a connection Node reads what is left of a body, whatever its length: worth it only where that is short. */
function endsConnection({ complete, destroyed, headers }: IncomingMessage): boolean {
  if (complete || destroyed) return false;
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length']) > bodyBytesMax;
}

/**
 * Ends an answer that has already been written. A socket that is closed while its client sends is reset, and the reset
 * overtakes the answer; so the client gets a moment to read it.
 */
function linger(response: ServerResponse): void {
  const { req: request } = response;
  let bytes = 0;
  const end = (): void => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(end, lingering.ms);
  request.once('close', end);
  request.once('end', end);
  request.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > lingering.bytes) end();
  });
}
