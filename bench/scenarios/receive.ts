import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isChosen, type Scenario } from '../bench-run.ts';
import { newPlace, startProcess } from '../contenders/started-process.ts';
import { interleaved } from '../interleaved.ts';
import { treeUse } from '../measure/process-tree.ts';
import type { ReceiverKind } from '../receivers/receiver-kinds.ts';
import { type Column, figureOf, type Measured, ratioOf, rowsOf } from '../report/report.ts';
import { onStage, type Sending, type Stage, sendLoad } from '../stage.ts';

const program = fileURLToPath(new URL('../receivers/main.ts', import.meta.url));

const names: Readonly<Record<ReceiverKind, string>> = {
  floor: 'bare node:http, nothing verified or stored',
  storeless: 'receiver without a store',
  durable: 'receiver, on disk before the answer',
};
const kinds = Object.keys(names) as readonly ReceiverKind[];

const durationMs = { quick: 1_000, full: 4_000 } as const;
const warmUpMs = 1_000;
const signedAhead = 60_000;

const columns: readonly Column[] = [
  { key: 'perSecond', title: 'accepted/s', digits: 0 },
  { key: 'p50', title: 'p50 ms', digits: 1 },
  { key: 'p99', title: 'p99 ms', digits: 1 },
  { key: 'cpuUs', title: 'CPU µs/request', digits: 0 },
  { key: 'peakMb', title: 'peak MB', digits: 0 },
];

/** Taking requests and nothing else, as fast as they come: what verifying costs, and what the disk. */
export const receive: Scenario = {
  name: 'receive',
  about: 'a bare server, the receiver without a store, the receiver with one: at saturation',
  run: async (options) => {
    const chosen = kinds.filter((kind) => isChosen(options, names[kind]));
    const rounds = await onStage(options.seed, (stage) =>
      interleaved(chosen, options.size === 'full' ? 3 : 1, async (kind) => [
        await saturated(kind, stage, durationMs[options.size]),
      ]),
    );
    const [durable, storeless] = [names.durable, names.storeless];
    const key = 'perSecond';
    return {
      tables: [{ title: 'receive', columns, rows: rowsOf(rounds) }],
      goals: [
        {
          what: `accepted/s, ${durable} : ${storeless}`,
          least: 0.6,
          measured: ratioOf(rounds, { name: durable, key }, { name: storeless, key }),
        },
        {
          what: `p99 at saturation, ${durable}`,
          most: 30,
          measured: figureOf(rounds, { name: durable, key: 'p99' }),
          unit: ' ms',
        },
      ],
      notes: [],
    };
  },
};

async function saturated(kind: ReceiverKind, stage: Stage, durationMs: number): Promise<Omit<Measured, 'round'>> {
  const { pid, port, stop } = await startProcess(
    {
      args: [program],
      environment: (place) => ({ KIND: kind, PORT: String(place.port), DATA_DIR: join(place.folder, 'data') }),
      readyPath: '/healthz',
    },
    await newPlace(),
  );
  try {
    const receiver = { targets: [{ host: '127.0.0.1', port }], path: '/in/stripe' };
    const plan: Omit<Sending, 'first' | 'loop'> = { connections: 64, signedAhead };
    await sendLoad(receiver, stage, { ...plan, loop: { kind: 'closed', durationMs: warmUpMs }, first: 0 });
    const before = treeUse([pid]);
    const outcome = await sendLoad(receiver, stage, {
      ...plan,
      loop: { kind: 'closed', durationMs },
      first: 1_000_000,
    });
    const after = treeUse([pid]);
    const { accepted, requests, latency } = outcome;
    if (accepted !== requests) throw new Error(`${names[kind]}: ${JSON.stringify(outcome.statuses)}`);
    return {
      name: names[kind],
      figures: {
        perSecond: (accepted * 1_000) / (outcome.endedMs - outcome.startedMs),
        p50: latency.p50,
        p99: latency.p99,
        cpuUs: ((after.cpuMs - before.cpuMs) * 1_000) / accepted,
        peakMb: after.own.peak,
      },
    };
  } finally {
    await stop();
  }
}
