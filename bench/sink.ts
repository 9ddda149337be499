/** The process that stands for all destinations: counts events by a mark in their bytes and answers as the vendors do. */

import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Quantiles, quantilesOf } from './measure/quantiles.ts';
import { monotonicMs } from './monotonic-ms.ts';
import { answerCommands } from './worker-process.ts';

export interface Arrived {
  readonly requests: number;
  /** How often an event came, copies included … */
  readonly events: number;
  /** … and how many different ones. */
  readonly distinct: number;
  /** When the last that had not been there before came. */
  readonly lastMs: number;
}

export interface Behaviour {
  readonly destination: string;
  readonly status: number;
  readonly delayMs: number;
}

interface Counter {
  requests: number;
  events: number;
  distinct: number;
  lastMs: number;
  /** By the event's number: when it came first. */
  arrivedMs: Float64Array;
  /** The body of the first request. */
  sample: string;
}

/** In front of the twelve digits of an event's number, once in every payload. */
const mark = Buffer.from('bench_');
const digits = 12;

const answers: Readonly<Record<string, string>> = {
  usermaven: '{"status":"ok"}',
  vemetric: '',
  umami: '{"cache":"eyJhbGciOiJIUzI1NiJ9.e30","sessionId":"0f6d1c6e-6d0f-5c3e-9a35-0d8c7a4d5b1e"}',
  segment: '{"success":true}',
};

const counters = new Map<string, Counter>();
const behaviours = new Map<string, Behaviour>();

/** The first part of the path says whom it is for. */
const server = createServer({ keepAliveTimeout: 120_000 }, (request, response) => {
  const destination = request.url?.split('/', 2)[1] ?? '';
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const behaviour = behaviours.get(destination);
    if ((behaviour?.status ?? 200) < 300) count(destination, Buffer.concat(chunks));
    if (behaviour === undefined || behaviour.delayMs === 0) answer(response, destination, behaviour?.status ?? 200);
    else setTimeout(() => answer(response, destination, behaviour.status), behaviour.delayMs);
  });
});

function answer(response: ServerResponse, destination: string, status: number): void {
  const text = answers[destination] ?? '';
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': text.length }).end(text);
}

function count(destination: string, body: Buffer): void {
  const counter = counterOf(destination);
  const nowMs = monotonicMs();
  if (counter.requests === 0) counter.sample = body.toString();
  counter.requests += 1;
  for (let at = body.indexOf(mark); at >= 0; at = body.indexOf(mark, at + mark.length + digits)) {
    counter.events += 1;
    note(counter, numberAt(body, at + mark.length), nowMs);
  }
}

function note(counter: Counter, number: number, nowMs: number): void {
  if (number >= counter.arrivedMs.length) {
    const larger = new Float64Array(Math.max(2 * counter.arrivedMs.length, number + 1));
    larger.set(counter.arrivedMs);
    counter.arrivedMs = larger;
  }
  if (counter.arrivedMs[number] !== 0) return;
  counter.arrivedMs[number] = nowMs;
  counter.distinct += 1;
  counter.lastMs = nowMs;
}

function numberAt(body: Buffer, start: number): number {
  let number = 0;
  for (let at = start; at < start + digits; at += 1) number = number * 10 + (body[at] ?? 48) - 48;
  return number;
}

function counterOf(destination: string): Counter {
  const known = counters.get(destination);
  if (known !== undefined) return known;
  const made = { requests: 0, events: 0, distinct: 0, lastMs: 0, arrivedMs: new Float64Array(65_536), sample: '' };
  counters.set(destination, made);
  return made;
}

const commands = {
  listen: async (): Promise<number> => {
    server.listen(0, '127.0.0.1', 4_096);
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  },
  /** Forgets what came and how to answer. */
  reset: (): void => {
    counters.clear();
    behaviours.clear();
  },
  behave: (behaviour: Behaviour): void => void behaviours.set(behaviour.destination, behaviour),
  arrived: (destination: string): Arrived => {
    const { requests, events, distinct, lastMs } = counterOf(destination);
    return { requests, events, distinct, lastMs };
  },
  sample: (destination: string): string => counterOf(destination).sample,
  /** From when an event was to be sent to its arrival; `first` was to be sent at `startedMs`. */
  latency: ({ destination, startedMs, first, perSecond }: SinceSent): Quantiles => {
    const { arrivedMs } = counterOf(destination);
    const samples: number[] = [];
    for (const [index, atMs] of arrivedMs.subarray(first).entries())
      if (atMs !== 0) samples.push(atMs - startedMs - (index * 1_000) / perSecond);
    return quantilesOf(samples);
  },
};

export interface SinceSent {
  readonly destination: string;
  readonly startedMs: number;
  readonly first: number;
  readonly perSecond: number;
}

export type SinkCommands = typeof commands;

answerCommands(commands);
