import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A destination on this machine that remembers every whole request and answers as it is told to. */
export interface Sink {
  readonly url: string;
  /** In order of arrival. */
  readonly calls: readonly SinkCall[];
  /** Connections open now. */
  connections(): number;
  /** From the next request on. */
  answerWith(how: Answering): void;
  /** Refuses connections until it opens again, and cuts those there are. */
  close(): Promise<void>;
  /** At the address it had. */
  open(): Promise<void>;
}

export interface SinkCall {
  /** What `torturedMapping` puts into each payload: the sender's id of the event. */
  readonly event: string;
  readonly person: string;
  /** The outgoing id. */
  readonly messageId: string;
  /** The body as it came. */
  readonly text: string;
  /** When its headers were there, on the wall clock. */
  readonly arrivedAtMs: number;
}

export type Answering = (call: SinkCall, response: ServerResponse) => void;

export const answerOk: Answering = (_call, response) => {
  response.writeHead(200, { 'content-type': 'application/json' }).end('{"success":true}');
};

export async function startSink(answering: Answering = answerOk): Promise<Sink> {
  const calls: SinkCall[] = [];
  let answer = answering;
  const sockets = new Set<object>();
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const arrivedAtMs = Date.now();
    const text = await textOf(request);
    if (text === undefined) return;
    const { messageId, userId, properties } = JSON.parse(text) as SegmentCall;
    const call = { event: properties.event, person: userId, messageId, text, arrivedAtMs };
    calls.push(call);
    answer(call, response);
  };
  const server = createServer((request, response) => void respond(request, response));
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const port = await listening(server, 0);
  return {
    url: `http://127.0.0.1:${port}`,
    calls,
    connections: () => sockets.size,
    answerWith: (how) => {
      answer = how;
    },
    close: async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
    open: async () => void (await listening(server, port)),
  };
}

interface SegmentCall {
  readonly messageId: string;
  readonly userId: string;
  readonly properties: { readonly event: string };
}

/** Undefined where the sender left half-way. */
function textOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  return new Promise((resolve) => {
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => resolve(Buffer.concat(chunks).toString()));
    request.on('error', () => resolve(undefined));
  });
}

async function listening(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
