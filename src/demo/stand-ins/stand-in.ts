import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Json } from '../../model/json.ts';
import {
  type Answer,
  bodyOf,
  type Call,
  type Dropped,
  dropped,
  type Fate,
  type Judge,
  type Judgement,
  type Received,
  type Refused,
  refuse,
} from './judgement.ts';

/** A local server that answers as a real destination does, and tells afterwards what became of every payload. */
export interface StandIn {
  readonly name: string;
  readonly url: string;
  readonly requests: readonly Call[];
  readonly received: readonly ReceivedCall[];
  readonly dropped: readonly (Dropped & { readonly path: string })[];
  readonly refused: readonly (Refused & { readonly path: string })[];
  /** Every dedupe id received, once. */
  distinct(): readonly string[];
  /** Resolves as soon as the list (`received` unless named) holds so many. */
  waitFor(count: number, list?: List): Promise<void>;
  /** One request each, in this order; those after them are judged again. */
  answerNext(...answers: readonly ScriptedAnswer[]): void;
  /** The next request gets no answer until its sender gives up. */
  hang(): void;
  /** Cuts the connections that still wait for an answer. */
  close(): Promise<void>;
}

/** A request of which at least one payload was stored as it was meant. */
export interface ReceivedCall {
  readonly path: string;
  /** Without those that carry a secret. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Json;
  readonly items: readonly Received[];
}

/** How to answer one request instead of judging it; without a status it is judged as usual, only later. */
export interface ScriptedAnswer {
  readonly status?: number | 'hang' | 'reset';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Json;
  /** The answer waits for it. */
  readonly delayUntil?: Promise<unknown>;
  /** The request is taken all the same: only its answer is replaced or lost. */
  readonly taken?: boolean;
}

type List = 'requests' | 'received' | 'dropped' | 'refused';

/** Starts a stand-in on a free port of this machine. */
export async function serveStandIn(name: string, judge: Judge): Promise<StandIn> {
  const ledger = new Ledger();
  const script: ScriptedAnswer[] = [];
  const server = createServer((request, response) => void respond(request, response, { judge, ledger, script }));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    name,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: ledger.requests,
    received: ledger.received,
    dropped: ledger.dropped,
    refused: ledger.refused,
    distinct: () => ledger.distinct(),
    waitFor: (count, list = 'received') => ledger.waitFor(count, list),
    answerNext: (...answers) => void script.push(...answers),
    hang: () => void script.push({ status: 'hang' }),
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

class Ledger {
  readonly requests: Call[] = [];
  readonly received: ReceivedCall[] = [];
  readonly dropped: (Dropped & { readonly path: string })[] = [];
  readonly refused: (Refused & { readonly path: string })[] = [];
  readonly #waiters = new Set<{ readonly list: List; readonly count: number; readonly resolve: () => void }>();

  record(call: Call, fates: readonly Fate[]): void {
    this.requests.push(call);
    const items = fates.flatMap((fate) => this.#file(fate, call.path));
    if (items.length > 0) {
      const { path, headers } = call;
      this.received.push({ path, headers: withoutSecrets(headers), body: bodyOf(call), items });
    }
    this.#wake();
  }

  distinct(): readonly string[] {
    const ids = this.received.flatMap(({ items }) => items.map(({ dedupeId }) => dedupeId));
    return [...new Set(ids)].filter((id) => id !== null);
  }

  waitFor(count: number, list: List): Promise<void> {
    return new Promise((resolve) => {
      this.#waiters.add({ list, count, resolve });
      this.#wake();
    });
  }

  /** Received payloads are handed back: they are filed by request. */
  #file(fate: Fate, path: string): readonly Received[] {
    switch (fate.kind) {
      case 'received':
        return [fate.payload];
      case 'dropped':
        this.dropped.push({ path, ...fate.payload });
        return [];
      case 'refused':
        this.refused.push({ path, ...fate.payload });
        return [];
    }
  }

  #wake(): void {
    for (const waiter of this.#waiters) {
      if (this[waiter.list].length < waiter.count) continue;
      this.#waiters.delete(waiter);
      waiter.resolve();
    }
  }
}

const secretHeaders = ['authorization', 'token', 'x-write-key', 'x-auth-token', 'api_key', 'cookie'];

const withoutSecrets = (headers: Call['headers']): Call['headers'] =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !secretHeaders.includes(name)));

interface Desk {
  readonly judge: Judge;
  readonly ledger: Ledger;
  readonly script: ScriptedAnswer[];
}

async function respond(request: IncomingMessage, response: ServerResponse, desk: Desk): Promise<void> {
  const call = await readCall(request);
  const scripted = desk.script.shift() ?? {};
  const { answer, fates } = scripted.status === undefined ? desk.judge(call) : misbehave(call, scripted, desk.judge);
  desk.ledger.record(call, fates);
  await scripted.delayUntil;
  if (scripted.status === 'reset') request.socket.resetAndDestroy();
  else if (scripted.status !== 'hang') send(response, answer);
}

/** A request whose sender leaves half-way never resolves, and nothing else waits for it. */
function readCall(request: IncomingMessage): Promise<Call> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://127.0.0.1');
  const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)] as const);
  const chunks: Buffer[] = [];
  return new Promise((resolve) => {
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () =>
      resolve({
        method: request.method ?? 'GET',
        path: pathname,
        query: searchParams,
        headers: Object.fromEntries(headers),
        text: Buffer.concat(chunks).toString('utf8'),
      }),
    );
  });
}

function misbehave(call: Call, scripted: ScriptedAnswer, judge: Judge): Judgement {
  const { status, headers = {}, body = '', taken = false } = scripted;
  const answer: Answer = { status: typeof status === 'number' ? status : 0, headers, body };
  if (taken) return { answer, fates: judge(call).fates };
  if (typeof status !== 'number') return { answer, fates: [] };
  return status < 300 ? { answer, fates: [dropped(bodyOf(call), 'scripted')] } : refuse(call, 'scripted', answer);
}

function send(response: ServerResponse, { status, headers, body }: Answer): void {
  const [type, text] = typeof body === 'string' ? ['text/plain', body] : ['application/json', JSON.stringify(body)];
  response.writeHead(status, { 'content-type': type, ...headers }).end(text);
}
