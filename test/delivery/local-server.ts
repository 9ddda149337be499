import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net, { type AddressInfo, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface SeenRequest {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface LocalServer {
  readonly port: number;
  readonly origin: string;
  /** Complete requests, in order of arrival. */
  readonly requests: readonly SeenRequest[];
  readonly connections: () => number;
  /** Resolves once every connection made so far is closed. */
  readonly allClosed: () => Promise<unknown>;
  /** Ends those that are open, and resolves once they are closed. */
  readonly closeConnections: () => Promise<unknown>;
}

export type Respond = (response: http.ServerResponse, request: http.IncomingMessage) => void;

const ok: Respond = (response) => response.end('ok');

/** A real HTTP server on a free port, stopped with the test. */
export async function startHttpServer(respond: Respond = ok, address = '127.0.0.1'): Promise<LocalServer> {
  const requests: SeenRequest[] = [];
  return await listen(http.createServer(recording(requests, respond)), { scheme: 'http', requests, address });
}

export type Certificate = 'valid' | 'expired' | 'other-host';

/** Throw-away and self-signed, for 127.0.0.1 and localhost; `valid` and `other-host` (elsewhere.example) end in 2126. */
export const pem = (name: Certificate | 'key'): string =>
  readFileSync(new URL(`../fixtures/tls/${name}.pem`, import.meta.url), 'utf8');

export async function startHttpsServer(
  certificate: Certificate,
  options: https.ServerOptions = {},
): Promise<LocalServer> {
  const requests: SeenRequest[] = [];
  const server = https.createServer({ key: pem('key'), cert: pem(certificate), ...options }, recording(requests, ok));
  return await listen(server, { scheme: 'https', requests });
}

/** A server that speaks bytes rather than HTTP; `received` runs when the first bytes of a connection have arrived. */
export async function startTcpServer(received: (socket: Socket) => void): Promise<LocalServer> {
  return await listen(
    net.createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.once('data', () => received(socket));
    }),
    { scheme: 'http', requests: [] },
  );
}

/** A port that nothing listens on. */
export async function closedPort(): Promise<number> {
  const server = net.createServer();
  const port = await portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function recording(requests: SeenRequest[], respond: Respond): http.RequestListener {
  return (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method, url, headers } = request;
      requests.push({ method, url, headers, body: Buffer.concat(chunks) });
      respond(response, request);
    });
  };
}

interface Listening {
  readonly scheme: string;
  readonly requests: readonly SeenRequest[];
  readonly address?: string;
}

async function listen(
  server: net.Server,
  { scheme, requests, address = '127.0.0.1' }: Listening,
): Promise<LocalServer> {
  const sockets = new Set<Socket>();
  const closings: Promise<void>[] = [];
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    closings.push(new Promise((resolve) => socket.once('close', () => resolve())));
  });
  const port = await portOf(server, address);
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    port,
    origin: `${scheme}://${address.includes(':') ? `[${address}]` : address}:${port}`,
    requests,
    connections: () => sockets.size,
    allClosed: () => Promise.all(closings),
    closeConnections: () => {
      for (const socket of sockets) socket.end();
      return Promise.all(closings);
    },
  };
}

function portOf(server: net.Server, address = '127.0.0.1'): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, address, () => resolve((server.address() as AddressInfo).port));
  });
}
