import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { Clock } from '../../src/model/clock.ts';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/store.ts';
import { folderOfPrograms } from '../support/postgres/programs.ts';
import { startPostgresServer } from '../support/postgres/server.ts';
import { type Context, defineScenario, none, type Report } from './scenario.ts';
import { live } from './simulation/life.ts';
import { type Invariant, invariants, Violations } from './simulation/violations.ts';

/** Where there is one, a file system without a disk: what a disk does is shown elsewhere. */
const memory = '/dev/shm';
/** Lives that share a store, so that later ones work beside what former ones have left. */
const livesPerStore = 25;

type Size = { readonly seeds: number; readonly seedsOnPostgres: number };

export const soakSimulation = defineScenario({
  name: 'soak-simulation',
  description:
    'Days of random work, crashes and outages against the store, with a set clock and no network: every rule always holds.',
  sizes: { ci: { seeds: 150, seedsOnPostgres: 3 }, release: { seeds: 100_000, seedsOnPostgres: 2_000 } },
  run,
});

async function run({ size, seed }: Context<Size>): Promise<Report> {
  const violations = new Violations();
  const sqlite = await lived(temporarySqlite, { seed, seeds: size.seeds, violations });
  const isThere = process.env.DATABASE_URL !== undefined || folderOfPrograms() !== undefined;
  const postgres = isThere
    ? await lived(temporaryPostgres, { seed, seeds: size.seedsOnPostgres, violations })
    : 'left out: there is no PostgreSQL on this machine, and no DATABASE_URL';
  const names = Object.entries(invariants) as readonly (readonly [Invariant, string])[];
  return {
    goals: names.map(([invariant, name]) => none(name, violations.counts.get(invariant) ?? 0)),
    figures: { sqlite, postgres, violations: violations.told },
  };
}

interface Lives {
  readonly seed: number;
  readonly seeds: number;
  readonly violations: Violations;
}

async function lived(make: () => Promise<TemporaryStore>, { seed, seeds, violations }: Lives): Promise<object> {
  const sum = { virtualHours: 24 * seeds, steps: 0, events: 0, deliveries: 0 };
  for (let from = 0; from < seeds; from += livesPerStore) {
    const { open, remove } = await make();
    try {
      for (let life = from; life < Math.min(seeds, from + livesPerStore); life += 1) {
        const { steps, events, deliveries } = await live({ seed: seed + life, open, violations });
        sum.steps += steps;
        sum.events += events;
        sum.deliveries += deliveries;
      }
    } finally {
      await remove();
    }
  }
  return sum;
}

interface TemporaryStore {
  open(clock: Clock): Promise<Store>;
  remove(): Promise<void>;
}

const temporaryFolder = (): Promise<string> => mkdtemp(join(existsSync(memory) ? memory : tmpdir(), 'hookstitch-'));

async function temporarySqlite(): Promise<TemporaryStore> {
  const dataDir = await temporaryFolder();
  return {
    open: (clock) => openStore({ dataDir, clock }),
    remove: () => rm(dataDir, { recursive: true, force: true }),
  };
}

/** A database of its own, on the server of DATABASE_URL or on one that is started for it. */
async function temporaryPostgres(): Promise<TemporaryStore> {
  const folder = await temporaryFolder();
  const server = process.env.DATABASE_URL === undefined ? await startPostgresServer(folder) : undefined;
  const given = server?.url ?? process.env.DATABASE_URL ?? '';
  const name = `hookstitch_torture_${process.pid}_${Date.now().toString(36)}`;
  await asked(given, `create database ${name}`);
  const url = new URL(given);
  url.pathname = `/${name}`;
  return {
    open: (clock) => openStore({ dataDir: folder, databaseUrl: url.href, clock }),
    remove: async () => {
      await asked(given, `drop database ${name} with (force)`);
      await server?.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function asked(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
