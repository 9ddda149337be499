import { isChosen, type Scenario, type Size } from '../bench-run.ts';
import { openBooks } from '../books.ts';
import { checkoutGateway, checkoutNaive, ofType } from '../contenders/checkout.ts';
import type { Contender, RunningContender } from '../contenders/contender.ts';
import { interleaved } from '../interleaved.ts';
import { treeUse } from '../measure/process-tree.ts';
import type { Quantiles } from '../measure/quantiles.ts';
import { type Column, figureOf, type Goal, type Measured, rowsOf } from '../report/report.ts';
import { onStage, type Stage, sendLoad } from '../stage.ts';

interface Rate {
  readonly perSecond: number;
  readonly durationMs: Readonly<Record<Size, number>>;
  /** Accept p99 at most, where that is promised. */
  readonly acceptMsMax?: number;
}

const rates: readonly Rate[] = [
  { perSecond: 50, durationMs: { quick: 2_000, full: 6_000 } },
  { perSecond: 500, durationMs: { quick: 2_000, full: 6_000 }, acceptMsMax: 10 },
  { perSecond: 5_000, durationMs: { quick: 1_000, full: 4_000 }, acceptMsMax: 15 },
];

/** At saturation, so that code that is run seldom at the lower rates is compiled before the highest. */
const warmUpMs = { quick: 1_500, full: 6_000 } as const;

/** More than one machine's yardstick takes: its queue would grow to the end of the run. */
const naivePerSecondMax = 500;

const gateway = 'gateway';
const contenders: readonly Contender[] = [
  checkoutNaive('naive', ['usermaven']),
  checkoutGateway({ name: gateway, destinations: [ofType('usermaven')] }),
];

const columns: readonly Column[] = [
  { key: 'accept50', title: 'accept p50 ms', digits: 1 },
  { key: 'accept99', title: 'p99 ms', digits: 1 },
  { key: 'whole50', title: 'to the destination p50 ms', digits: 1 },
  { key: 'whole99', title: 'p99 ms', digits: 1 },
  { key: 'cpuUs', title: 'CPU µs/event', digits: 0 },
  { key: 'undelivered', title: 'undelivered', digits: 0 },
];

const rowName = (name: string, perSecond: number): string => `${name}, ${perSecond.toLocaleString('en-US')}/s`;

/** So many requests a second whatever becomes of them; how long they wait, and how long their events take to arrive. */
export const latency: Scenario = {
  name: 'latency',
  about: 'at 50, 500 and 5,000 requests a second: until the answer, until the destination has it',
  run: async (options) => {
    const chosen = contenders.filter(({ name }) => isChosen(options, name));
    const rounds = await onStage(options.seed, (stage) =>
      interleaved(chosen, options.size === 'full' ? 3 : 1, (contender) => atAllRates(contender, stage, options.size)),
    );
    const goals = rates.flatMap(({ perSecond, acceptMsMax }): Goal[] => {
      if (acceptMsMax === undefined) return [];
      const name = rowName(gateway, perSecond);
      const measured = figureOf(rounds, { name, key: 'accept99' });
      return [{ what: `accept p99, ${name}`, most: acceptMsMax, measured, unit: ' ms' }];
    });
    const notes = ['Counted from when a request was to be sent, so that waiting for a free connection is in it.'];
    return { tables: [{ title: 'latency', columns, rows: rowsOf(rounds) }], goals, notes };
  },
};

async function atAllRates(contender: Contender, stage: Stage, size: Size): Promise<readonly Omit<Measured, 'round'>[]> {
  await stage.sink.call('reset', undefined);
  const running = await contender.start(stage.sinkUrl);
  try {
    const books = await openBooks(contender, running, stage);
    const warmUp = { kind: 'closed', durationMs: warmUpMs[size] } as const;
    await sendLoad(running, stage, { connections: 64, loop: warmUp, signedAhead: 20_000, first: 0 });
    await books.settled();
    const possible = rates.filter(({ perSecond }) => contender.name === gateway || perSecond <= naivePerSecondMax);
    const measured: Omit<Measured, 'round'>[] = [];
    for (const [index, { perSecond, durationMs }] of possible.entries()) {
      const { cpuMs } = treeUse(running.pids);
      const plan = { perSecond, durationMs: durationMs[size], first: 1_000_000 * (index + 1) };
      const { accepted, accept, whole } = await atRate(running, stage, plan);
      const { pending, dead } = await books.settled();
      const { p50: whole50, p99: whole99 } = await whole();
      const cpuUs = ((treeUse(running.pids).cpuMs - cpuMs) * 1_000) / accepted;
      const figures = {
        accept50: accept.p50,
        accept99: accept.p99,
        whole50,
        whole99,
        cpuUs,
        undelivered: pending + dead,
      };
      measured.push({ name: rowName(contender.name, perSecond), figures });
    }
    return measured;
  } finally {
    await running.stop();
  }
}

interface RatePlan {
  readonly perSecond: number;
  readonly durationMs: number;
  readonly first: number;
}

async function atRate(running: RunningContender, stage: Stage, plan: RatePlan): Promise<AtRate> {
  const { perSecond, durationMs, first } = plan;
  const { accepted, startedMs, latency } = await sendLoad(running, stage, {
    connections: 256,
    loop: { kind: 'open', perSecond, durationMs },
    signedAhead: (perSecond * durationMs) / 1_000,
    first,
  });
  /** Once all have arrived. */
  const whole = (): Promise<Quantiles> =>
    stage.sink.call('latency', { destination: 'usermaven', startedMs, first, perSecond });
  return { accepted, accept: latency, whole };
}

interface AtRate {
  readonly accepted: number;
  readonly accept: Quantiles;
  whole(): Promise<Quantiles>;
}
