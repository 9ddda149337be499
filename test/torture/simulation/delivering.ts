import { admit, observed } from '../../../src/delivery/lane.ts';
import { release as handBack, settle } from '../../../src/delivery/settle.ts';
import type { Attempt, Outcome } from '../../../src/model/attempt.ts';
import type { ClaimedDelivery, Settlement } from '../../../src/model/delivery.ts';
import { newId } from '../../../src/model/id.ts';
import type { Lane } from '../../../src/model/lane.ts';
import { type Destination, leaseMs, limits, type Worker, type World } from './world.ts';

/** Deliveries on their way: claimed as their lane allows, attempted, settled as the gateway would. */

const policy = {
  ambiguous: 'retry' as const,
  retry: { max_attempts: 6, base_ms: 30_000, cap_ms: 1_800_000, max_age_hours: 72 },
};
const circuit = { failures: 4, wait_ms: 30_000, wait_max_ms: 300_000 };

/** By several at the same time, where several are given. */
export async function claimDeliveries(world: World, workers: readonly Worker[], name: Destination): Promise<void> {
  const destination = world.of(name);
  const inFlight = world.deliveries.inFlight(destination, world.nowMs);
  const claims = workers.map(async (worker) => {
    const limit = 1 + world.draw.number(6);
    let admitted = 0;
    const { deliveries, lane } = await world.store.claimDeliveries({
      ...{ destination, worker: worker.id, limit, leaseMs, now: world.now() },
      admit: (current, counted) => {
        const isSo = workers.length > 1 || counted === inFlight;
        world.expect('tallies', isSo, () => `${counted} in flight for ${destination}, not ${inFlight}`);
        const admission = admit(current, { inFlight: counted, now: world.now() }, limits[name]);
        admitted = admission.limit;
        return admission;
      },
    });
    return { worker, limit: Math.min(limit, admitted), deliveries, lane };
  });
  for (const { worker, limit, deliveries, lane } of await Promise.all(claims)) {
    const isAlone = workers.length === 1;
    world.deliveries.claimed(
      { destination, worker: worker.id, limit, nowMs: world.nowMs, leaseMs, isAlone },
      deliveries,
    );
    const isPaused = lane.pausedAt !== null;
    world.expect('overlap', !isPaused || deliveries.length === 0, () => `${destination} is paused and claimed`);
    const isProbe = lane.circuit.state === 'half_open';
    worker.deliveries.push(...deliveries.map((delivery) => ({ delivery, isProbe })));
  }
}

export async function deliver(world: World, worker: Worker, name: Destination, share = 0.7): Promise<void> {
  const destination = world.of(name);
  const chosen = worker.deliveries.filter(
    ({ delivery }) => delivery.destination === destination && world.draw.chance(share),
  );
  worker.deliveries = worker.deliveries.filter((one) => !chosen.includes(one));
  for (const { delivery, isProbe } of chosen) {
    const outcome = world.network.answer(name);
    if (outcome.kind === 'delivered') world.deliveries.arrived(delivery.id);
    const { random } = world.draw;
    const attempt = attemptOf(world, delivery, outcome);
    const settlement = settle(delivery, attempt, { policy, isProbe, now: world.now(), random });
    await write(world, destination, settlement, (lane) =>
      observed(lane, { outcomes: [outcome], now: world.now(), jitter: 0.5, circuit }),
    );
  }
}

export async function release(world: World, worker: Worker, name: Destination): Promise<void> {
  const destination = world.of(name);
  const released = worker.deliveries.filter(({ delivery }) => delivery.destination === destination);
  worker.deliveries = worker.deliveries.filter((one) => !released.includes(one));
  for (const { delivery } of released) {
    await write(world, destination, handBack(delivery, world.now()), (lane) =>
      observed(lane, { outcomes: [null], now: world.now(), jitter: 0.5, circuit }),
    );
  }
}

async function write(
  world: World,
  destination: string,
  settlement: Settlement,
  observe: (lane: Lane) => Lane,
): Promise<void> {
  const { kept } = await world.store.settleDeliveries({ destination, settlements: [settlement], observe });
  world.deliveries.settled(settlement, kept[0] === true, world.nowMs);
}

function attemptOf(world: World, delivery: ClaimedDelivery, outcome: Outcome): Attempt {
  const [startedAt, number] = [world.now(), delivery.attempts + 1];
  return { id: newId('att', startedAt), deliveryId: delivery.id, number, startedAt, durationMs: 20, outcome };
}
