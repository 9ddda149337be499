import { claimDeliveries, deliver, release } from './delivering.ts';
import { count, end } from './judging.ts';
import { repair, replay } from './repairing.ts';
import { accept, claimEvents, translate } from './translating.ts';
import { beginsAt, destinations, newWorkers, type Simulated, World } from './world.ts';

const lifeMs = 24 * 3_600_000;

/** How often each happens. A day has a few hundred steps. */
const weights = {
  accept: 24,
  claimEvents: 14,
  translate: 14,
  claimDeliveries: 18,
  claimTogether: 4,
  deliver: 20,
  release: 2,
  redeliver: 2,
  replay: 2,
  cancel: 1,
  die: 2,
  restart: 0.5,
  changeMood: 3,
  pause: 1,
  resume: 3,
  wait: 30,
  count: 2,
} as const;

export interface Lived {
  readonly steps: number;
  readonly events: number;
  readonly deliveries: number;
}

/** Everything that can happen to a store within a day, one thing after the other, each judged by the models. */
export async function live(simulated: Simulated): Promise<Lived> {
  const store = await simulated.open({ now: () => beginsAt });
  const world = new World(simulated, store, await store.stats());
  try {
    for (; world.nowMs < beginsAt.getTime() + lifeMs; world.steps += 1) await step(world, world.draw.weighted(weights));
    await end(world);
  } finally {
    await world.store.close();
  }
  return { steps: world.steps, events: world.events.events.size, deliveries: world.deliveries.deliveries.size };
}

async function step(world: World, what: keyof typeof weights): Promise<void> {
  const worker = world.draw.one(world.workers);
  const destination = world.draw.one(destinations) ?? 'alpha';
  if (worker === undefined) return;
  switch (what) {
    case 'accept':
      return await accept(world, worker);
    case 'claimEvents':
      return await claimEvents(world, worker);
    case 'translate':
      return await translate(world, worker);
    case 'claimDeliveries':
      return await claimDeliveries(world, [worker], destination);
    case 'claimTogether':
      return await claimDeliveries(world, world.workers, destination);
    case 'deliver':
      return await deliver(world, worker, destination);
    case 'release':
      return await release(world, worker, destination);
    case 'redeliver':
    case 'cancel':
      return await repair(world, what);
    case 'replay':
      return await replay(world);
    case 'die':
      Object.assign(worker, { events: [], deliveries: [] });
      return;
    case 'restart':
      return await restart(world);
    case 'changeMood':
      return world.network.changeMood(destination);
    case 'pause':
    case 'resume': {
      const pausedAt = what === 'pause' ? world.now() : null;
      await world.store.changeLane(world.of(destination), (lane) => ({ ...lane, pausedAt }));
      return;
    }
    case 'wait':
      world.nowMs += world.pauseMs();
      return;
    case 'count':
      return await count(world);
  }
}

/** Everybody dies, and the store is opened anew. */
async function restart(world: World): Promise<void> {
  await world.store.close();
  world.store = await world.simulated.open({ now: world.now });
  world.workers = newWorkers(world.now());
  if (world.store.isShared) return;
  world.events.endAllLeases();
  world.deliveries.endAllLeases();
}
