import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GatewayError } from '../model/error.ts';

/** Slow clients are cut: all headers within 10 s, the whole request within 20 s, looked at every 2 s. */
export const serverLimits = {
  headersTimeout: 10_000,
  requestTimeout: 20_000,
  connectionsCheckingInterval: 2_000,
  keepAliveTimeout: 65_000,
  maxHeaderSize: 16 * 1024,
  requireHostHeader: true,
};

export type ServerLimits = { readonly [Limit in keyof typeof serverLimits]: (typeof serverLimits)[Limit] };

/** A small number would let idle connections of an attacker starve genuine senders. */
const connectionsMax = 20_000;

export interface Listening {
  readonly url: string;
  readonly port: number;
  /** Stops accepting, lets requests under way finish for `graceMs`, then cuts them. */
  close(graceMs: number): Promise<void>;
}

export async function listen(
  handler: RequestListener,
  address: { readonly host: string; readonly port: number },
  limits: ServerLimits = serverLimits,
): Promise<Listening> {
  const server = createServer(limits, handler);
  server.maxConnections = connectionsMax;
  // Without a listener Node would tell the client to go on before anything was checked.
  server.on('checkContinue', handler);
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
    const status = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? '408 Request Timeout' : error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request';
    socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  });
  await started(server, address);
  const { port } = server.address() as AddressInfo;
  const host = ['0.0.0.0', '::'].includes(address.host) ? 'localhost' : address.host;
  return { url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`, port, close: (graceMs) => closeServer(server, graceMs) };
}

function started(server: Server, { host, port }: { readonly host: string; readonly port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const inUse = cause.code === 'EADDRINUSE';
      const message = inUse ? `port ${port} is already in use` : `cannot listen on ${host}:${port}: ${cause.message}`;
      reject(new GatewayError('CONFIG_INVALID', message, { cause, hint: 'set PORT or ADMIN_PORT to a free port, or stop what uses it' }));
    });
    server.listen(port, host, resolve);
  });
}

function closeServer(server: Server, graceMs: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), graceMs);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}
