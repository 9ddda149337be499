import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../src/model/clock.ts';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/store.ts';
import { type Context, defineScenario, none, type Report } from './scenario.ts';
import { live } from './simulation/life.ts';
import { type Invariant, invariants, Violations } from './simulation/violations.ts';

/** Where there is one, a file system without a disk: what a disk does is shown elsewhere. */
const memory = '/dev/shm';
/** Lives that share a store, so that later ones work beside what former ones have left. */
const livesPerStore = 25;

type Size = { readonly seeds: number };

export const soakSimulation = defineScenario({
  name: 'soak-simulation',
  description:
    'Days of random work, crashes and outages against the store, with a set clock and no network: every rule always holds.',
  sizes: { ci: { seeds: 200 }, release: { seeds: 100_000 } },
  run,
});

async function run({ size: { seeds }, seed }: Context<Size>): Promise<Report> {
  const violations = new Violations();
  const lived = { virtualHours: 24 * seeds, steps: 0, events: 0, deliveries: 0 };
  for (let from = 0; from < seeds; from += livesPerStore) {
    const { open, remove } = await temporaryStore();
    try {
      for (let life = from; life < Math.min(seeds, from + livesPerStore); life += 1) {
        const { steps, events, deliveries } = await live({ seed: seed + life, open, violations });
        lived.steps += steps;
        lived.events += events;
        lived.deliveries += deliveries;
      }
    } finally {
      await remove();
    }
  }
  const names = Object.entries(invariants) as readonly (readonly [Invariant, string])[];
  return {
    goals: names.map(([invariant, name]) => none(name, violations.counts.get(invariant) ?? 0)),
    figures: { ...lived, violations: violations.told },
  };
}

interface TemporaryStore {
  open(clock: Clock): Promise<Store>;
  remove(): Promise<void>;
}

async function temporaryStore(): Promise<TemporaryStore> {
  const dataDir = await mkdtemp(join(existsSync(memory) ? memory : tmpdir(), 'hookstitch-'));
  return {
    open: (clock) => openStore({ dataDir, clock }),
    remove: () => rm(dataDir, { recursive: true, force: true }),
  };
}
