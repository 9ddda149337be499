import type { World } from './world.ts';

/** What an operator does with what has ended, and with what has not. */

/** Events a second; enough for a replay to put all of its few in line in one step. */
const replayRate = 1_000;

/** What an operator does with any few deliveries. */
export async function repair(world: World, what: 'redeliver' | 'cancel'): Promise<void> {
  const known = [...world.deliveries.deliveries.keys()];
  const ids = [...new Set(Array.from({ length: 8 }, () => world.draw.one(known) ?? []).flat())];
  if (what === 'redeliver') {
    const moved = await world.store.redeliver({ which: { ids }, dueAt: world.now(), everyMs: 0 });
    return world.deliveries.redelivered(ids, moved, world.nowMs);
  }
  const few = ids.slice(0, 2);
  world.deliveries.cancelled(few, await world.store.cancelDeliveries(few, world.now()));
}

/** All at once, so that it is known which events are in line. */
export async function replay(world: World): Promise<void> {
  const ended = [...world.events.events.values()].filter(({ id }) => id !== undefined);
  const events = [...new Set(Array.from({ length: 5 }, () => world.draw.one(ended) ?? []).flat())];
  const ids = events.flatMap(({ id }) => id ?? []);
  const scope = {
    destinations: world.draw.chance(0.7) ? null : [world.of('alpha')],
    includesDelivered: world.draw.chance(0.3),
  };
  const { id } = await world.store.startReplay({ ...scope, filter: { ids }, rate: replayRate }, world.now());
  world.replays.push(id);
  world.events.replayed(events, scope, await world.store.continueReplays(world.now()));
}
