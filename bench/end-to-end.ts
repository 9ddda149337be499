import { arrivals, openBooks } from './books.ts';
import type { Account, Contender, RunningContender } from './contenders/contender.ts';
import type { LoadOutcome } from './load.ts';
import { type TreeUse, treeUse } from './measure/process-tree.ts';
import { monotonicMs } from './monotonic-ms.ts';
import type { Column } from './report/report.ts';
import { type Sending, type Stage, sendLoad } from './stage.ts';

/** Load on one side, a contender in the middle, the sink on the other: how much comes through, and whether all does. */

export interface Burst extends Omit<Sending, 'first'> {
  /** Is sent and worked off before, so that everything is compiled and connected. */
  readonly warmUpMs: number;
}

export interface EndToEnd {
  readonly name: string;
  readonly figures: Readonly<Record<string, number>>;
  /** Of all that was accepted in this run, warm-up included. */
  readonly account: Account;
  /** What the first payload for each destination looked like. */
  readonly samples: Readonly<Record<string, string>>;
}

export const endToEndColumns: readonly Column[] = [
  { key: 'acceptedPerSecond', title: 'accepted/s', digits: 0 },
  { key: 'deliveredPerSecond', title: 'delivered/s', digits: 0 },
  { key: 'p50', title: 'accept p50 ms', digits: 1 },
  { key: 'p99', title: 'p99 ms', digits: 1 },
  { key: 'cpuUs', title: 'CPU µs/event', digits: 0 },
  { key: 'peakMb', title: 'peak MB', digits: 0 },
  { key: 'childPeakMb', title: 'evaluator', digits: 0 },
  { key: 'copies', title: 'copies', digits: 0 },
  { key: 'refused', title: 'refused', digits: 0 },
];

/** The numbers of the first events: the very first request, what warms up, what is measured. */
const firsts = { single: 0, warmUp: 1_000, measured: 1_000_000 } as const;

/** Starts the contender, loads it, waits until all is worked off, checks its books and ends it. */
export async function endToEnd(contender: Contender, stage: Stage, burst: Burst): Promise<EndToEnd> {
  await stage.sink.call('reset', undefined);
  const running = await contender.start(stage.sinkUrl);
  try {
    const books = await openBooks(contender, running, stage);
    await sendOne(running, stage);
    await books.settled();
    const samples = await samplesOf(contender, stage);
    await sendLoad(running, stage, {
      ...burst,
      loop: { kind: 'closed', durationMs: burst.warmUpMs },
      first: firsts.warmUp,
    });
    const before = await books.settled();
    const used = uses(running);
    const outcome = await sendLoad(running, stage, { ...burst, first: firsts.measured });
    const account = await books.settled();
    const { gateway, database, wallMs } = used();
    const { accepted, latency } = outcome;
    if (account.events - before.events !== accepted)
      throw new Error(`${contender.name}: ${accepted} accepted, ${account.events - before.events} stored`);
    const arrived = await arrivals(contender, stage);
    tell(contender, account);
    return {
      name: contender.name,
      account,
      samples,
      figures: {
        ...ratesOf(outcome, arrived.lastMs),
        ...{ p50: latency.p50, p99: latency.p99, slowest: latency.max },
        ...{ cpuUs: (gateway.cpuMs * 1_000) / accepted, databaseUs: (database.cpuMs * 1_000) / accepted },
        ...{ cores: gateway.cpuMs / wallMs, databaseCores: database.cpuMs / wallMs },
        ...{ peakMb: gateway.own.peak, childPeakMb: gateway.children.peak },
        copies: arrived.events - arrived.distinct,
        refused: outcome.requests - outcome.answered,
      },
    };
  } finally {
    await running.stop();
  }
}

/** What is used from now on, to be asked once it is over. */
function uses({ pids, databasePids = [] }: RunningContender) {
  const startedMs = monotonicMs();
  const since = (of: readonly number[]): (() => TreeUse) => {
    const { cpuMs } = treeUse(of);
    return () => {
      const now = treeUse(of);
      return { ...now, cpuMs: now.cpuMs - cpuMs };
    };
  };
  const [gateway, database] = [since(pids), since(databasePids)];
  return () => ({ gateway: gateway(), database: database(), wallMs: monotonicMs() - startedMs });
}

/** Delivered counts over load and working off; the last arrival ends it. */
const ratesOf = ({ accepted, startedMs, endedMs }: LoadOutcome, lastMs: number) => ({
  acceptedPerSecond: (accepted * 1_000) / (endedMs - startedMs),
  deliveredPerSecond: (accepted * 1_000) / (Math.max(lastMs, endedMs) - startedMs),
});

const sendOne = (running: RunningContender, stage: Stage): Promise<LoadOutcome> =>
  sendLoad(running, stage, {
    connections: 1,
    loop: { kind: 'closed', durationMs: 5_000, requestsMax: 1 },
    signedAhead: 1,
    first: firsts.single,
  });

async function samplesOf({ destinations }: Contender, { sink }: Stage): Promise<Readonly<Record<string, string>>> {
  const samples = destinations.map(async (name) => [name, await sink.call('sample', name)] as const);
  return Object.fromEntries(await Promise.all(samples));
}

function tell({ name }: Contender, { events, delivered, pending, dead }: Account): void {
  console.log(`  ${name}: ${events} accepted = ${delivered} delivered + ${pending} pending + ${dead} dead`);
}
