import { setTimeout as pause } from 'node:timers/promises';
import type { Account, Contender, RunningContender } from './contenders/contender.ts';
import type { LoadCommands, LoadOutcome, LoadPlan } from './load.ts';
import { treeUse } from './measure/process-tree.ts';
import type { SinkCommands } from './sink.ts';
import { startWorkerProcess, type WorkerProcess } from './worker-process.ts';

/** Load on one side, a contender in the middle, the sink on the other: how much comes through, and whether all does. */

export interface Stage {
  readonly load: WorkerProcess<LoadCommands>;
  readonly sink: WorkerProcess<SinkCommands>;
  readonly sinkUrl: string;
  readonly seed: number;
  end(): void;
}

export async function setStage(seed: number): Promise<Stage> {
  const load = startWorkerProcess<LoadCommands>(new URL('load.ts', import.meta.url));
  const sink = startWorkerProcess<SinkCommands>(new URL('sink.ts', import.meta.url));
  const port = await sink.call('listen', undefined);
  const end = (): void => {
    load.end();
    sink.end();
  };
  return { load, sink, sinkUrl: `http://127.0.0.1:${port}`, seed, end };
}

export interface Burst extends Pick<LoadPlan, 'connections' | 'loop' | 'signedAhead'> {
  /** Is sent and worked off before, so that everything is compiled and connected. */
  readonly warmUpMs: number;
}

export interface EndToEnd {
  readonly outcome: LoadOutcome;
  readonly figures: Readonly<Record<string, number>>;
  readonly account: Account;
  /** What the first payload for each destination looked like. */
  readonly samples: Readonly<Record<string, string>>;
}

/** How long nothing may arrive before a run is given up. */
const stalledMs = 30_000;

/** Starts the contender with nothing stored, loads it, waits until all is worked off, checks its books and ends it. */
export async function endToEnd(contender: Contender, stage: Stage, burst: Burst): Promise<EndToEnd> {
  await stage.sink.call('reset', undefined);
  const running = await contender.start(stage.sinkUrl);
  try {
    const samples = await first(contender, running, stage);
    await send(running, stage, { ...burst, loop: { kind: 'closed', durationMs: burst.warmUpMs }, first: 1 });
    const before = await worked(contender, running, stage);
    const use = treeUse(running.pid);
    const outcome = await send(running, stage, { ...burst, first: 1_000_000 });
    const account = await worked(contender, running, stage);
    const accepted = outcome.statuses[200] ?? 0;
    const after = treeUse(running.pid);
    if (account.events - before.events !== accepted)
      throw new Error(`${contender.name}: ${accepted} accepted, ${account.events - before.events} stored`);
    const arrived = await arrivals(contender, stage);
    const acceptedPerSecond = (accepted * 1_000) / (outcome.endedMs - outcome.startedMs);
    const deliveredPerSecond = (accepted * 1_000) / (arrived.lastMs - outcome.startedMs);
    return {
      outcome,
      account,
      samples,
      figures: {
        acceptedPerSecond,
        deliveredPerSecond,
        share: deliveredPerSecond / acceptedPerSecond,
        p50: outcome.latency.p50,
        p99: outcome.latency.p99,
        cpuUs: ((after.cpuMs - use.cpuMs) * 1_000) / accepted,
        peakMb: after.peakMb[0] ?? Number.NaN,
        childPeakMb: after.peakMb[1] ?? 0,
        copies: arrived.events - arrived.distinct,
        refused: outcome.sent - accepted,
      },
    };
  } finally {
    await running.stop();
  }
}

/** The very first event, for its payloads. */
async function first(
  contender: Contender,
  running: RunningContender,
  stage: Stage,
): Promise<Readonly<Record<string, string>>> {
  const loop = { kind: 'closed', durationMs: 5_000, requestsMax: 1 } as const;
  await send(running, stage, { connections: 1, loop, signedAhead: 1, first: 0 });
  await worked(contender, running, stage);
  const samples = contender.destinations.map(async (name) => [name, await stage.sink.call('sample', name)] as const);
  return Object.fromEntries(await Promise.all(samples));
}

type Sending = Pick<LoadPlan, 'connections' | 'loop' | 'signedAhead' | 'first'>;

const send = ({ target, path }: RunningContender, { load, seed }: Stage, plan: Sending): Promise<LoadOutcome> =>
  load.call('run', {
    sender: path.includes('hubspot') ? 'hubspot' : 'stripe',
    target,
    path,
    connections: plan.connections,
    loop: plan.loop,
    first: plan.first,
    seed,
    signedAhead: plan.signedAhead,
  });

/** Waits until every accepted event is delivered or dead, by the contender's own books, and compares them with the sink's. */
async function worked(contender: Contender, running: RunningContender, stage: Stage): Promise<Account> {
  let [seen, sinceMs] = ['', performance.now()];
  for (;;) {
    const account = await running.account();
    const now = JSON.stringify(account);
    if (now !== seen) [seen, sinceMs] = [now, performance.now()];
    const stalled = performance.now() - sinceMs > stalledMs;
    if (stalled || account.waiting + account.pending === 0) {
      await compare(contender, account, stage);
      return account;
    }
    await pause(100);
  }
}

async function compare(contender: Contender, account: Account, stage: Stage): Promise<void> {
  const { events, waiting, pending, delivered, dead, unmatched, failed } = account;
  const owed = (events - waiting - unmatched - failed) * contender.destinations.length;
  if (owed !== pending + delivered + dead)
    throw new Error(`${contender.name} lost deliveries: ${JSON.stringify(account)}`);
  const arrived = await arrivals(contender, stage);
  if (arrived.distinct < delivered)
    throw new Error(`${contender.name} delivered ${delivered}, of which ${arrived.distinct} arrived`);
}

/** Over all destinations; the last of them counts. */
async function arrivals({ destinations }: Contender, { sink }: Stage) {
  const all = await Promise.all(destinations.map((name) => sink.call('arrived', name)));
  return {
    events: all.reduce((sum, { events }) => sum + events, 0),
    distinct: all.reduce((sum, { distinct }) => sum + distinct, 0),
    lastMs: Math.max(...all.map(({ lastMs }) => lastMs)),
  };
}
