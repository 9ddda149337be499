import { paused, probedNow, resumed } from '../delivery/lane.ts';
import type { Clock } from '../model/clock.ts';
import type { Lane } from '../model/lane.ts';
import type { Store } from '../store/store.ts';

interface Dependencies {
  readonly store: Pick<Store, 'changeLane'>;
  readonly clock: Clock;
}

/** Holds everything for a destination back until it is resumed, on all replicas. */
export const pauseLane = (destination: string, { store, clock }: Dependencies): Promise<Lane> =>
  store.changeLane(destination, (lane) => paused(lane, clock.now()));

export const resumeLane = (destination: string, { store, clock }: Dependencies): Promise<Lane> =>
  store.changeLane(destination, (lane) => resumed(lane, clock.now()));

/** Whoever starts the gateway may have corrected what a destination complained of. */
export async function probeCorrected({
  store,
  clock,
}: Dependencies & { readonly store: Pick<Store, 'lanes'> }): Promise<void> {
  for (const { destination, circuit } of await store.lanes()) {
    if (circuit.state !== 'closed' && ['credentials', 'gone'].includes(circuit.trouble)) {
      await store.changeLane(destination, (lane) => probedNow(lane, clock.now()));
    }
  }
}
