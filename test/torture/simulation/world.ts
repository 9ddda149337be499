import type { Clock } from '../../../src/model/clock.ts';
import type { ClaimedDelivery } from '../../../src/model/delivery.ts';
import type { ClaimedEvent } from '../../../src/model/event.ts';
import { newId, type ReplayId, type WorkerId } from '../../../src/model/id.ts';
import type { Stats, Store } from '../../../src/store/store.ts';
import { DeliveryModel } from './delivery-model.ts';
import { type Draw, drawFrom } from './draw.ts';
import { EventModel } from './event-model.ts';
import { Network } from './network.ts';
import type { Violations } from './violations.ts';

/** What a simulated life is made of; the files beside this one make things happen in it. */

export const beginsAt = new Date('2026-11-21T12:00:00.000Z');
export const leaseMs = 60_000;
export const destinations = ['alpha', 'beta'] as const;
export type Destination = (typeof destinations)[number];
export const limits = { alpha: { concurrency: 4, batch: 1 }, beta: { concurrency: 2, batch: 1, rate: 1 } } as const;

export interface Simulated {
  readonly seed: number;
  /** The store as it was left. */
  open(clock: Clock): Promise<Store>;
  readonly violations: Violations;
}

/** A translator and sender of its own, with what it holds in memory. */
export interface Worker {
  readonly id: WorkerId;
  events: ClaimedEvent[];
  deliveries: { readonly delivery: ClaimedDelivery; readonly isProbe: boolean }[];
}

const pausesMs = { moment: 1_000, seconds: 20_000, minutes: 240_000, while: 3_600_000 };
const pauseWeights = { moment: 30, seconds: 25, minutes: 20, while: 25 };

export class World {
  readonly simulated: Simulated;
  readonly draw: Draw;
  readonly network: Network;
  readonly events: EventModel;
  readonly deliveries: DeliveryModel;
  /** The store's counts when this life began. */
  readonly before: Stats;
  readonly replays: ReplayId[] = [];
  store: Store;
  workers: readonly Worker[];
  nowMs = beginsAt.getTime();
  steps = 0;

  constructor(simulated: Simulated, store: Store, before: Stats) {
    this.simulated = simulated;
    this.store = store;
    this.before = before;
    this.draw = drawFrom(simulated.seed);
    this.network = new Network(this.draw);
    this.events = new EventModel(simulated.violations);
    this.deliveries = new DeliveryModel(simulated.violations);
    this.workers = newWorkers(beginsAt);
  }

  now = (): Date => new Date(this.nowMs);

  /** The store may have seen other lives, so names are this one's. */
  of = (name: string): string => `seed_${this.simulated.seed}_${name}`;

  /** Mostly short, now and then longer than any lease. */
  pauseMs(): number {
    return Math.ceil(this.draw.random() * pausesMs[this.draw.weighted(pauseWeights)]);
  }

  expect(...[invariant, isSo, told]: Parameters<Violations['expect']>): void {
    this.simulated.violations.expect(invariant, isSo, () => `${this.of(`step ${this.steps}`)}: ${told()}`);
  }
}

export function newWorkers(now: Date): readonly Worker[] {
  return [1, 2, 3].map(() => ({ id: newId('wrk', now), events: [], deliveries: [] }));
}
