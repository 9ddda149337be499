import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { GatewayError } from '../model/error.ts';

/** Slow clients are cut: all headers within 10 s, the whole request within 20 s, looked at every 2 s. */
export const serverLimits = {
  headersTimeout: 10_000,
  requestTimeout: 20_000,
  connectionsCheckingInterval: 2_000,
  keepAliveTimeout: 65_000,
  maxHeaderSize: 16 * 1024,
};
export type ServerLimits = Readonly<typeof serverLimits>;

/** A small number would let idle connections of an attacker starve genuine senders. */
const connectionsMax = 20_000;

/** While the server closes: how often connections are looked for that have answered their last request. */
const idleCheckMs = 50;

export interface Listening {
  readonly url: string;
  readonly port: number;
  /** Stops accepting, lets requests under way finish for `graceMs`, then cuts them. */
  close(graceMs: number): Promise<void>;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

export async function listen(
  handler: RequestListener,
  address: Address,
  limits: ServerLimits = serverLimits,
): Promise<Listening> {
  const server = createServer({ ...limits, requireHostHeader: true }, handler);
  server.maxConnections = connectionsMax;
  // Some versions of Node drop all headers after the 1,000th, a repeated signature among them; their size is limited anyway.
  server.maxHeadersCount = 0;
  // Without this listener Node would tell a client that asks first to go on, before anything of its request was checked.
  server.on('checkContinue', handler);
  server.on('checkExpectation', (_request, response) => {
    response.writeHead(417, { Connection: 'close', 'Content-Length': 0 }).end();
  });
  server.on('clientError', refuse);
  await started(server, address);
  const { port } = server.address() as AddressInfo;
  const host = ['0.0.0.0', '::'].includes(address.host) ? 'localhost' : address.host;
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  return { url, port, close: (graceMs) => closeServer(server, graceMs) };
}

const refusals = new Map([
  ['ERR_HTTP_REQUEST_TIMEOUT', '408 Request Timeout'],
  ['HPE_HEADER_OVERFLOW', '431 Request Header Fields Too Large'],
]);

/** What is no readable request in time is refused, and its connection closed without waiting for the other side. */
function refuse({ code = '' }: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const status = refusals.get(code) ?? '400 Bad Request';
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy());
}

function started(server: Server, { host, port }: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const inUse = cause.code === 'EADDRINUSE';
      const message = inUse ? `port ${port} is already in use` : `cannot listen on ${host}:${port}: ${cause.message}`;
      const hint = 'set PORT or ADMIN_PORT to a free port, or stop what uses it';
      reject(new GatewayError('CONFIG_INVALID', message, { cause, hint }));
    });
    server.listen(port, host, resolve);
  });
}

function closeServer(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const grace = setTimeout(() => server.closeAllConnections(), graceMs);
    // Node keeps a connection whose last answer is sent after the server began to close, for as long as keep-alive lasts.
    const idle = setInterval(() => server.closeIdleConnections(), idleCheckMs);
    server.close(() => {
      clearTimeout(grace);
      clearInterval(idle);
      resolve();
    });
    server.closeIdleConnections();
  });
}
