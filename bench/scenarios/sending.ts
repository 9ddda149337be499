import http from 'node:http';
import axios from 'axios';
import { Pool } from 'undici';
import { createSender } from '../../src/delivery/send.ts';
import { carrierOverNode } from '../../src/delivery/transport/over-node.ts';
import { isChosen, type Scenario } from '../bench-run.ts';
import { type Column, type Goal, type Measured, ratioOf, rowsOf } from '../report/report.ts';
import type { SinkCommands } from '../sink.ts';
import { startWorkerProcess } from '../worker-process.ts';

const sizesOf = { quick: { rounds: 1, ms: 300 }, full: { rounds: 7, ms: 800 } } as const;
/** A destination's `concurrency`, where nothing else is said. */
const together = 8;
const body = JSON.stringify({ event: 'Subscription started', properties: { note: 'x'.repeat(440) } });
const headers = { 'content-type': 'application/json', 'user-agent': 'Mozilla/5.0 hookstitch/1.0' };

const columns: readonly Column[] = [
  { key: 'cpuUs', title: 'CPU µs/request', digits: 1 },
  { key: 'perSecond', title: 'requests/s', digits: 0 },
];

/** One request by each client over connections that are open already: what sending costs the process that sends. */
export const sending: Scenario = {
  name: 'sending',
  about: 'one small request after the other: the gateway, axios alone, undici and node:http alone',
  run: async (options) => {
    const sink = startWorkerProcess<SinkCommands>(new URL('../sink.ts', import.meta.url));
    const port = await sink.call('listen', undefined as never);
    const contenders = contendersAt(`http://127.0.0.1:${port}`).filter(({ name }) => isChosen(options, name));
    const { rounds, ms } = sizesOf[options.size];
    const measured: Measured[] = [];
    for (const { send } of contenders) await measure(send, ms);
    for (let round = 0; round < rounds; round += 1)
      for (const { name, send } of contenders) measured.push({ name, round, figures: await measure(send, ms) });
    for (const { close } of contenders) close();
    sink.end();
    return {
      tables: [{ title: `500 bytes, ${together} at once`, columns, rows: rowsOf(measured) }],
      goals: goals(measured),
      notes: [],
    };
  },
};

const goals = (measured: readonly Measured[]): readonly Goal[] => [
  {
    what: 'CPU of a request, gateway : axios with its own adapter',
    most: 0.5,
    measured: ratioOf(measured, { name: 'gateway', key: 'cpuUs' }, { name: 'axios', key: 'cpuUs' }),
  },
];

interface Contender {
  readonly name: string;
  send(): Promise<unknown>;
  close(): void;
}

function contendersAt(origin: string): readonly Contender[] {
  const url = `${origin}/usermaven/api/v1/s2s/event?token=key.token`;
  return [
    { name: 'gateway', ...gateway(url, createSender()) },
    { name: 'gateway over node:http', ...gateway(url, createSender({ carrier: carrierOverNode })) },
    { name: 'axios', ...axiosAlone(url) },
    { name: 'undici alone', ...undiciAlone(url) },
    { name: 'node:http alone', ...nodeAlone(url) },
  ];
}

type Client = Omit<Contender, 'name'>;

const gateway = (url: string, sender: ReturnType<typeof createSender>): Client => ({
  send: () => sender.send({ method: 'POST', url, headers, body }, { timeoutMs: 15_000, allowPrivateAddress: true }),
  close: () => sender.close(),
});

function axiosAlone(url: string): Client {
  const httpAgent = new http.Agent({ keepAlive: true });
  const client = axios.create({ httpAgent, headers, maxRedirects: 0, proxy: false, responseType: 'text' });
  return { send: () => client.post(url, body), close: () => httpAgent.destroy() };
}

function undiciAlone(url: string): Client {
  const { origin, pathname, search } = new URL(url);
  const pool = new Pool(origin);
  const send = async (): Promise<string> => {
    const response = await pool.request({ method: 'POST', path: pathname + search, headers, body });
    return await response.body.text();
  };
  return { send, close: () => void pool.destroy() };
}

function nodeAlone(url: string): Client {
  const agent = new http.Agent({ keepAlive: true });
  const send = (): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const request = http.request(url, { method: 'POST', agent, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve(Buffer.concat(chunks).toString()));
      });
      request.on('error', reject);
      request.end(body);
    });
  return { send, close: () => agent.destroy() };
}

async function measure(send: () => Promise<unknown>, ms: number): Promise<Readonly<Record<string, number>>> {
  const [startedMs, cpu] = [performance.now(), process.cpuUsage()];
  let requests = 0;
  const one = async (): Promise<void> => {
    while (performance.now() - startedMs < ms) {
      await send();
      requests += 1;
    }
  };
  await Promise.all(Array.from({ length: together }, one));
  const { user, system } = process.cpuUsage(cpu);
  return { cpuUs: (user + system) / requests, perSecond: (requests * 1_000) / (performance.now() - startedMs) };
}
