import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PostgresServer, startPostgresServer } from '../../test/support/postgres/server.ts';
import { isChosen, type RunOptions, type Scenario } from '../bench-run.ts';
import { checkoutGateway, ofType } from '../contenders/checkout.ts';
import type { Contender, RunningContender } from '../contenders/contender.ts';
import { canShareCores, holdTo } from '../contenders/core-share.ts';
import { newDatabase } from '../contenders/new-database.ts';
import { type Burst, endToEnd, endToEndColumns } from '../end-to-end.ts';
import { interleaved } from '../interleaved.ts';
import { type Measured, ratioOf, rowsOf } from '../report/report.ts';
import { onStage } from '../stage.ts';

/** Of a core, that each replica has where they are held to it: so little that database, senders and sink find room beside two. */
const share = 0.25;

const replicasName = (count: number): string => (count === 1 ? 'one replica' : `${count} replicas`);
const heldName = (count: number): string => `${replicasName(count)}, each on ${share} of a core`;
const counts = [1, 2, 4];
const heldCounts = [1, 2];

const burstOf = {
  quick: { loop: { kind: 'closed', durationMs: 1_500 }, warmUpMs: 500, connections: 64, signedAhead: 15_000 },
  full: { loop: { kind: 'closed', durationMs: 5_000 }, warmUpMs: 1_500, connections: 64, signedAhead: 60_000 },
} as const satisfies Record<string, Burst>;

/** Replicas that share a database, all of it on this machine: what they get done, and what the database takes of it. */
export const postgres: Scenario = {
  name: 'postgres',
  about: 'one, two and four replicas on one PostgreSQL, end to end, and what of the cores the database takes',
  run: async (options) => {
    const folder = await mkdtemp(join(tmpdir(), 'hookstitch-bench-'));
    await chmod(folder, 0o755);
    const server = await startPostgresServer(join(folder, 'server'));
    try {
      return reportOf(await measure(server, join(folder, 'server'), options));
    } finally {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

function reportOf(rounds: readonly Measured[]) {
  const key = 'deliveredPerSecond';
  const areHeld = rounds.some(({ name }) => name === heldName(2));
  const [one, two] = areHeld ? [heldName(1), heldName(2)] : [replicasName(1), replicasName(2)];
  return {
    tables: [
      {
        title: 'postgres',
        columns: [
          ...endToEndColumns,
          { key: 'databaseUs', title: 'database µs/event', digits: 0 },
          { key: 'databaseCores', title: 'database cores', digits: 2 },
          { key: 'cores', title: 'replicas cores', digits: 2 },
        ],
        rows: rowsOf(rounds),
      },
    ],
    goals: [
      {
        what: `delivered/s, ${two} : ${one}`,
        least: 1.6,
        measured: ratioOf(rounds, { name: two, key }, { name: one, key }),
      },
    ],
    notes: [
      `Senders, replicas, database and destination share ${cpus().length} cores: where those of database and gateways add up to all ` +
        'there are, more replicas have nothing to run on, and their ratio says nothing of machines of their own.',
      areHeld
        ? `So the ratio is taken where Linux holds each replica, its evaluator included, to ${share} of a core.`
        : 'Nothing here may hold a process to a part of a core (on Linux, as root), so it is the ratio of those.',
    ],
  };
}

async function measure(server: PostgresServer, folder: string, options: RunOptions): Promise<readonly Measured[]> {
  const pid = Number.parseInt(readFileSync(join(folder, 'data', 'postmaster.pid'), 'utf8'), 10);
  const database = { url: server.url, pid };
  const all = [
    ...counts.map((count) => replicas(count, database)),
    ...((await canShareCores()) ? heldCounts.map((count) => held(replicas(count, database), heldName(count))) : []),
  ];
  const contenders = all.filter(({ name }) => isChosen(options, name));
  return await onStage(options.seed, (stage) =>
    interleaved(contenders, options.size === 'full' ? 3 : 1, async (contender) => [
      await endToEnd(contender, stage, burstOf[options.size]),
    ]),
  );
}

interface Server {
  readonly url: string;
  readonly pid: number;
}

/** So many gateways on a new database; the senders' connections are spread over them. */
const replicas = (count: number, { url, pid }: Server): Contender => ({
  name: replicasName(count),
  destinations: ['usermaven'],
  start: async (sinkUrl) => {
    const database = await newDatabase(url);
    const { start } = checkoutGateway({
      name: replicasName(count),
      destinations: [ofType('usermaven')],
      environment: { DATABASE_URL: database },
    });
    const running: RunningContender[] = [];
    for (let index = 0; index < count; index += 1) running.push(await start(sinkUrl));
    return together(running, pid);
  },
});

const held = (contender: Contender, name: string): Contender => ({
  ...contender,
  name,
  start: async (sinkUrl) => {
    const running = await contender.start(sinkUrl);
    const shares = running.pids.map((pid) => holdTo(share, [pid]));
    return {
      ...running,
      stop: async () => {
        await running.stop();
        for (const one of shares) await one.remove();
      },
    };
  },
});

/** Any of them knows what is stored. */
const together = (running: readonly RunningContender[], databasePid: number): RunningContender => ({
  pids: running.flatMap(({ pids }) => pids),
  databasePids: [databasePid],
  targets: running.flatMap(({ targets }) => targets),
  path: '/in/stripe',
  account: async () => await (running[0] as RunningContender).account(),
  stop: async () => {
    for (const one of running) await one.stop();
  },
});
