/** The process that generates load: raw connections and prepared requests, as little work for each as can be. */
import type { Target } from './load/connection.ts';
import { eventsOfBatch, hubspotRequests } from './load/hubspot-requests.ts';
import { type ClosedLoop, closedLoop, type OpenLoop, openLoop } from './load/loops.ts';
import { Recorder } from './load/recorder.ts';
import { stripeRequests } from './load/stripe-requests.ts';
import type { Quantiles } from './measure/quantiles.ts';
import { monotonicMs } from './monotonic-ms.ts';
import { answerCommands } from './worker-process.ts';

export interface LoadPlan {
  readonly sender: 'stripe' | 'hubspot';
  /** Its connections are spread over them. */
  readonly targets: readonly Target[];
  /** As in `/in/stripe`. */
  readonly path: string;
  readonly connections: number;
  readonly loop: ClosedLoop | OpenLoop;
  /** The number of the first event: the same numbers are the same events. */
  readonly first: number;
  readonly seed: number;
  readonly signedAhead: number;
}

export interface LoadOutcome {
  readonly startedMs: number;
  readonly endedMs: number;
  readonly requests: number;
  /** With 200. */
  readonly answered: number;
  /** Events in requests that were answered so. */
  readonly accepted: number;
  /** By the answer's status; 0 stands for connections that were lost. */
  readonly statuses: Readonly<Record<string, number>>;
  readonly latency: Quantiles;
}

async function run({ sender, targets, path, connections, loop, ...numbers }: LoadPlan): Promise<LoadOutcome> {
  const host = `${targets[0]?.host}:${targets[0]?.port}`;
  const plan = { path, host, ...numbers };
  const requests =
    sender === 'stripe' ? stripeRequests(plan) : hubspotRequests({ ...plan, publicUrl: `http://${host}` });
  const recorder = new Recorder();
  const parts = { targets, connections, requests, recorder };
  await (loop.kind === 'closed' ? closedLoop(loop, parts) : openLoop(loop, parts));
  const { startedMs, sent, statuses, latency } = recorder;
  const answered = statuses[200] ?? 0;
  const accepted = answered * (sender === 'hubspot' ? eventsOfBatch : 1);
  return { startedMs, endedMs: monotonicMs(), requests: sent, answered, accepted, statuses, latency };
}

const commands = { run };
export type LoadCommands = typeof commands;

answerCommands(commands);
