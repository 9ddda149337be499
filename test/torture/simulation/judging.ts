import { opensAt } from '../../../src/delivery/lane.ts';
import { deliveryStatuses } from '../../../src/model/delivery.ts';
import { eventStatuses } from '../../../src/model/event.ts';
import type { Lane } from '../../../src/model/lane.ts';
import { claimDeliveries, deliver } from './delivering.ts';
import { claimEvents, translate } from './translating.ts';
import { type Destination, destinations, limits, type World } from './world.ts';

/** Comparing the store with the models: what can be counted at any time, and what must hold when nothing is open. */

/** Of steps until nothing is open any more, with every destination well. */
const endingMax = 5_000;
/** More groups of dead deliveries are not told. */
const groupsMax = 100;
const none = { total: 0, translated: 0, unmatched: 0, failed: 0, inLine: 0 };

export async function count(world: World): Promise<void> {
  const stats = await world.store.stats();
  for (const status of eventStatuses) {
    const [counted, expected] = [stats.events[status] - world.before.events[status], world.events.count(status)];
    world.expect('tallies', counted === expected, () => `${counted} events ${status}, not ${expected}`);
  }
  // A lease that has ended is pending from the next claim on.
  const settled = deliveryStatuses.filter((status) => status !== 'pending' && status !== 'in_flight');
  for (const status of settled) {
    const counted = stats.deliveries[status] - world.before.deliveries[status];
    const expected = world.deliveries.count(status);
    world.expect('tallies', counted === expected, () => `${counted} deliveries ${status}, not ${expected}`);
  }
  const { deliveries: groups } = await world.store.problems();
  const ours = groups.filter(({ destination }) => destinations.some((name) => world.of(name) === destination));
  const [grouped, dead] = [ours.reduce((sum, { count: size }) => sum + size, 0), world.deliveries.count('dead')];
  world.expect(
    'tallies',
    grouped === dead || groups.length === groupsMax,
    () => `${grouped} of ${dead} dead in groups`,
  );
}

/** All is well and nobody disturbs: everything that is open comes to its end. */
export async function end(world: World): Promise<void> {
  world.network.calmDown();
  for (const name of destinations) {
    await world.store.changeLane(world.of(name), (lane) => ({ ...lane, pausedAt: null }));
  }
  const [worker] = world.workers;
  for (let turn = 0; turn < endingMax && worker !== undefined; turn += 1) {
    await claimEvents(world, worker);
    await translate(world, worker, 1);
    for (const name of destinations) {
      await claimDeliveries(world, [worker], name);
      await deliver(world, worker, name, 1);
    }
    const nextAt = await nextDueAt(world);
    if (nextAt === undefined) break;
    world.nowMs = Math.max(world.nowMs + 1, nextAt.getTime());
  }
  await count(world);
  await judgeEnd(world);
  await judgeReplays(world);
}

/** When something is next to be done; undefined when nothing is open. */
async function nextDueAt(world: World): Promise<Date | undefined> {
  const lanes = new Map((await world.store.lanes()).map((lane) => [lane.destination, lane]));
  const times = [await world.store.nextDueAt({ kind: 'events' })];
  for (const name of destinations) {
    const lane = lanes.get(world.of(name));
    const dueAt = await world.store.nextDueAt({ kind: 'deliveries', destination: world.of(name) });
    const opens = lane === undefined ? null : opensFrom(world, lane, name);
    times.push(dueAt !== null && opens !== null && opens > dueAt ? opens : dueAt);
  }
  return times.filter((time) => time !== null).toSorted((one, other) => one.getTime() - other.getTime())[0];
}

/** A lane that is full of what nobody works on any more has room when the first of these leases ends. */
function opensFrom(world: World, lane: Lane, name: Destination): Date | null {
  const inFlight = world.deliveries.inFlight(lane.destination, world.nowMs);
  const opens = opensAt(lane, { inFlight, now: world.now() }, limits[name]);
  return opens ?? world.deliveries.firstLeaseEnd(lane.destination);
}

async function judgeEnd(world: World): Promise<void> {
  const open = world.deliveries.count('pending') + world.deliveries.count('in_flight');
  const received = world.events.count('received');
  world.expect('stuck', open + received === 0, () => `${received} events and ${open} deliveries never ended`);
  for (const [externalId, { id, status }] of world.events.events) {
    const detail = id === undefined ? undefined : await world.store.getEvent(id);
    const isThere = detail?.externalId === externalId && detail.status === status;
    const drafts = id === undefined ? 0 : world.deliveries.of(id).length;
    world.expect('lost', isThere && detail?.deliveries.length === drafts, () => `${externalId} is not as it was left`);
    for (const { id: deliveryId, state, attempts, history, person } of detail?.deliveries ?? []) {
      const known = world.deliveries.deliveries.get(deliveryId);
      const isSo = known?.status === state.status && known.attempts === attempts && history.length === attempts;
      world.expect('tallies', isSo, () => `${deliveryId} has ${history.length} attempts: ${JSON.stringify(known)}`);
      world.expect(
        'order',
        known?.person === person,
        () => `${deliveryId} is in the line of ${person}, not ${known?.person}`,
      );
      const hasArrived = state.status !== 'delivered' || (known?.arrivals ?? 0) > 0;
      world.expect('lost', hasArrived, () => `${deliveryId} is delivered and never arrived`);
    }
  }
}

/** Each has ended, with a fate for all its events. */
async function judgeReplays(world: World): Promise<void> {
  for (const id of world.replays) {
    const replay = await world.store.getReplay(id);
    const { total, translated, unmatched, failed, inLine } = replay?.progress ?? none;
    const isSo = replay?.status === 'finished' && inLine === 0 && translated + unmatched + failed === total;
    world.expect('stuck', isSo, () => `${id} is ${JSON.stringify(replay)}`);
  }
}
