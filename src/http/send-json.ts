import type { IncomingMessage, ServerResponse } from 'node:http';
import { bodyBytesMax } from './read-body.ts';

/** For how long, and of how much, what still arrives after an early answer is thrown away. */
const lingering = { ms: 2_000, bytes: 4 * bodyBytesMax };

/** The one way of answering, also before the request's body has been read. */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  const isLast = hasUnreadBody(response.req);
  if (isLast) response.setHeader('Connection', 'close');
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
  });
  if (isLast) {
    response.write(text);
    linger(response);
  } else response.end(text);
}

/**
 * Node reads an unread body to its end, whatever its length, to keep the connection. That is worth it for a short one
 * whose sender is sending it; one that asked first (Expect: 100-continue) may never do so.
 */
function hasUnreadBody({ complete, headers }: IncomingMessage): boolean {
  if (complete) return false;
  const isEndless = headers['transfer-encoding'] !== undefined || Number(headers['content-length']) > bodyBytesMax;
  return isEndless || headers.expect !== undefined;
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
