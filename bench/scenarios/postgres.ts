import { readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PostgresServer, startPostgresServer } from '../../test/support/postgres/server.ts';
import { isChosen, type RunOptions, type Scenario } from '../bench-run.ts';
import { checkoutGateway, ofType } from '../contenders/checkout.ts';
import type { Contender, RunningContender } from '../contenders/contender.ts';
import { newDatabase } from '../contenders/new-database.ts';
import { type Burst, endToEnd, endToEndColumns } from '../end-to-end.ts';
import { interleaved } from '../interleaved.ts';
import { type Measured, ratioOf, rowsOf } from '../report/report.ts';
import { onStage } from '../stage.ts';

const replicasName = (count: number): string => (count === 1 ? 'one replica' : `${count} replicas`);
const counts = [1, 2, 4];

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
  const [one, two] = [replicasName(1), replicasName(2)];
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
        'there are, more replicas have nothing to run on, and the ratio says nothing of machines of their own.',
    ],
  };
}

async function measure(server: PostgresServer, folder: string, options: RunOptions): Promise<readonly Measured[]> {
  const chosen = counts.filter((count) => isChosen(options, replicasName(count)));
  const pid = Number.parseInt(readFileSync(join(folder, 'data', 'postmaster.pid'), 'utf8'), 10);
  const contenders = chosen.map((count) => replicas(count, { url: server.url, pid }));
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
