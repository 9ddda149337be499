import { admit, observed, opensAt } from '../../../src/delivery/lane.ts';
import { release, settle } from '../../../src/delivery/settle.ts';
import type { Attempt, Outcome } from '../../../src/model/attempt.ts';
import { addMs, type Clock } from '../../../src/model/clock.ts';
import type { ClaimedDelivery, Draft, Settlement } from '../../../src/model/delivery.ts';
import { deliveryStatuses } from '../../../src/model/delivery.ts';
import { type ClaimedEvent, eventStatuses } from '../../../src/model/event.ts';
import { newId, type ReplayId, type WorkerId } from '../../../src/model/id.ts';
import type { Lane } from '../../../src/model/lane.ts';
import type { Stats, Store, TranslationSettlement } from '../../../src/store/store.ts';
import { DeliveryModel } from './delivery-model.ts';
import { type Draw, drawFrom } from './draw.ts';
import { EventModel } from './event-model.ts';
import { Network } from './network.ts';
import type { Violations } from './violations.ts';

const beginsAt = new Date('2026-11-21T12:00:00.000Z');
const lifeMs = 24 * 3_600_000;
const leaseMs = 60_000;
const aloneAfterTries = 3;
const destinations = ['alpha', 'beta'] as const;
type Destination = (typeof destinations)[number];
const limits = { alpha: { concurrency: 4, batch: 1 }, beta: { concurrency: 2, batch: 1, rate: 1 } } as const;
const policy = {
  ambiguous: 'retry' as const,
  retry: { max_attempts: 6, base_ms: 30_000, cap_ms: 1_800_000, max_age_hours: 72 },
};
const circuit = { failures: 4, wait_ms: 30_000, wait_max_ms: 300_000 };
const persons = ['ada', 'ben', 'cleo', 'dan', null];
/** A second; enough for a replay to put all its events in line in one step. */
const replayRate = 1_000;
/** Of steps until nothing is open any more, with every destination well. */
const endingMax = 5_000;
/** More groups of dead deliveries are not told. */
const groupsMax = 100;

export interface Simulated {
  readonly seed: number;
  /** The store as it was left. */
  open(clock: Clock): Promise<Store>;
  readonly violations: Violations;
}

interface Worker {
  readonly id: WorkerId;
  events: ClaimedEvent[];
  deliveries: { readonly delivery: ClaimedDelivery; readonly isProbe: boolean }[];
}

const none = { total: 0, translated: 0, unmatched: 0, failed: 0, inLine: 0 };

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

/** Everything that can happen to a store within a day, one thing after the other, each judged by the models. */
export class Life {
  readonly #simulated: Simulated;
  readonly #draw: Draw;
  readonly #network: Network;
  readonly #events: EventModel;
  readonly #deliveries: DeliveryModel;
  readonly #before: Stats;
  readonly #name: string;
  readonly #replays: ReplayId[] = [];
  #store: Store;
  #workers: readonly Worker[];
  #nowMs = beginsAt.getTime();
  steps = 0;

  static async begin(simulated: Simulated): Promise<Life> {
    const store = await simulated.open({ now: () => beginsAt });
    return new Life(simulated, store, await store.stats());
  }

  private constructor(simulated: Simulated, store: Store, before: Stats) {
    this.#simulated = simulated;
    this.#store = store;
    this.#before = before;
    this.#draw = drawFrom(simulated.seed);
    this.#network = new Network(this.#draw);
    this.#events = new EventModel(simulated.violations);
    this.#deliveries = new DeliveryModel(simulated.violations);
    this.#workers = this.#newWorkers();
    this.#name = `seed_${simulated.seed}`;
  }

  get accepted(): number {
    return this.#events.events.size;
  }

  get queued(): number {
    return this.#deliveries.deliveries.size;
  }

  async live(): Promise<void> {
    const endsAtMs = beginsAt.getTime() + lifeMs;
    while (this.#nowMs < endsAtMs) {
      await this.#step(this.#draw.weighted(weights));
      this.steps += 1;
    }
    await this.#end();
    await this.#store.close();
  }

  async #step(what: keyof typeof weights): Promise<void> {
    const worker = this.#draw.one(this.#workers) ?? this.#workers[0];
    const destination = this.#draw.one(destinations) ?? 'alpha';
    if (worker === undefined) return;
    switch (what) {
      case 'accept':
        return await this.#accept();
      case 'claimEvents':
        return await this.#claimEvents(worker);
      case 'translate':
        return await this.#translate(worker);
      case 'claimDeliveries':
        return await this.#claimDeliveries([worker], destination);
      case 'claimTogether':
        return await this.#claimDeliveries(this.#workers, destination);
      case 'deliver':
        return await this.#deliver(worker, destination);
      case 'release':
        return await this.#release(worker, destination);
      case 'redeliver':
      case 'cancel':
        return await this.#repair(what);
      case 'replay':
        return await this.#replay();
      case 'die':
        Object.assign(worker, { events: [], deliveries: [] });
        return;
      case 'restart':
        return await this.#restart();
      case 'changeMood':
        return this.#network.changeMood(destination);
      case 'pause':
      case 'resume': {
        const pausedAt = what === 'pause' ? this.#now() : null;
        await this.#store.changeLane(this.#of(destination), (lane) => ({ ...lane, pausedAt }));
        return;
      }
      case 'wait':
        this.#nowMs += this.#pauseMs();
        return;
      case 'count':
        return await this.#count();
    }
  }

  /** A resend of what is known already, now and then. */
  async #accept(): Promise<void> {
    const known = [...this.#events.events.keys()];
    const externalIds = Array.from({ length: 1 + this.#draw.number(3) }, (_, at) =>
      this.#draw.chance(0.15) ? (this.#draw.one(known) ?? this.#of('0')) : this.#of(`${known.length + at}`),
    );
    const event = (externalId: string) => ({ type: 'check.event', externalId, occurredAt: this.#now(), item: null });
    const receipt = await this.#store.recordRequest({
      ...{ source: 'stripe', kind: null, method: 'POST', url: 'https://hooks.example.com/in/stripe', headers: {} },
      ...{ body: Buffer.from('{}'), receivedAt: this.#now(), events: externalIds.map(event) },
    });
    const accepted = externalIds.filter((externalId) => this.#events.received(externalId, this.#nowMs)).length;
    const expected = { accepted, duplicates: externalIds.length - accepted };
    const isSo = receipt.accepted === accepted && receipt.duplicates === expected.duplicates;
    this.#expect('tallies', isSo, () => `${JSON.stringify(receipt)} instead of ${JSON.stringify(expected)}`);
  }

  async #claimEvents(worker: Worker): Promise<void> {
    const limit = 1 + this.#draw.number(20);
    const events = await this.#store.claimEvents({
      ...{ worker: worker.id, limit, leaseMs, now: this.#now(), aloneAfterTries },
    });
    this.#events.claimed({ worker: worker.id, limit, nowMs: this.#nowMs, leaseMs }, events);
    worker.events.push(...events);
  }

  async #translate(worker: Worker, share = 0.7): Promise<void> {
    const chosen = worker.events.filter(() => this.#draw.chance(share));
    worker.events = worker.events.filter((event) => !chosen.includes(event));
    if (chosen.length === 0) return;
    const settlements = chosen.map((event) => this.#translation(event));
    const kept = await this.#store.settleTranslations(settlements);
    for (const [index, settlement] of settlements.entries()) {
      const isKept = kept[index] === true;
      const { id, externalId } = settlement.event;
      const replay = this.#events.events.get(externalId)?.replay;
      this.#events.settled(settlement, isKept, this.#nowMs);
      if (!isKept || !('drafts' in settlement)) continue;
      const stored = (await this.#store.getEvent(id))?.deliveries ?? [];
      this.#deliveries.queued({ id, drafts: settlement.drafts, replay }, stored, this.#nowMs);
    }
  }

  #translation(event: ClaimedEvent): TranslationSettlement {
    const about = { event, settledAt: this.#now(), runs: [] };
    const drafts = (most: number): readonly Draft[] =>
      Array.from({ length: this.#draw.number(most + 1) }, (_, item) => this.#draft(event, item));
    const [reason, message] = ['mapping_failed', 'no such name'] as const;
    switch (this.#draw.weighted({ translated: 78, unmatched: 8, failed: 4, delayed: 6, released: 4 })) {
      case 'translated':
        return { ...about, to: 'translated', drafts: drafts(3), origins: [] };
      case 'unmatched':
        return { ...about, to: 'unmatched', why: 'no mapping matched' };
      case 'failed':
        return { ...about, to: 'failed', reason, message, drafts: drafts(1), origins: [] };
      case 'delayed':
        return { ...about, to: 'delayed', dueAt: addMs(this.#now(), this.#pauseMs()), waitsFor: 'lookup' };
      case 'released':
        return { event, settledAt: this.#now(), to: 'released' };
    }
  }

  #draft({ id }: ClaimedEvent, item: number): Draft {
    const person = this.#draw.one(persons) ?? null;
    return {
      mapping: { file: 'torture.yaml', version: '1' },
      item,
      destination: this.#of(this.#draw.one(destinations) ?? 'alpha'),
      outgoingId: `${id}:${item}`,
      payload: '{"event":"Torture"}',
      stitch: null,
      person: person === null ? null : this.#of(person),
    };
  }

  /** By several at the same time, where several are given. */
  async #claimDeliveries(workers: readonly Worker[], name: Destination): Promise<void> {
    const destination = this.#of(name);
    const inFlight = this.#deliveries.inFlight(destination, this.#nowMs);
    const claims = workers.map(async (worker) => {
      const limit = 1 + this.#draw.number(6);
      let admitted = 0;
      const { deliveries, lane } = await this.#store.claimDeliveries({
        ...{ destination, worker: worker.id, limit, leaseMs, now: this.#now() },
        admit: (current, counted) => {
          const isSo = workers.length > 1 || counted === inFlight;
          this.#expect('tallies', isSo, () => `${counted} in flight for ${destination}, not ${inFlight}`);
          const admission = admit(current, { inFlight: counted, now: this.#now() }, limits[name]);
          admitted = admission.limit;
          return admission;
        },
      });
      return { worker, limit: Math.min(limit, admitted), deliveries, lane };
    });
    for (const { worker, limit, deliveries, lane } of await Promise.all(claims)) {
      const isAlone = workers.length === 1;
      this.#deliveries.claimed(
        { destination, worker: worker.id, limit, nowMs: this.#nowMs, leaseMs, isAlone },
        deliveries,
      );
      const isPaused = lane.pausedAt !== null;
      this.#expect('overlap', !isPaused || deliveries.length === 0, () => `${destination} is paused and claimed`);
      const isProbe = lane.circuit.state === 'half_open';
      worker.deliveries.push(...deliveries.map((delivery) => ({ delivery, isProbe })));
    }
  }

  async #deliver(worker: Worker, name: Destination, share = 0.7): Promise<void> {
    const destination = this.#of(name);
    const chosen = worker.deliveries.filter(
      ({ delivery }) => delivery.destination === destination && this.#draw.chance(share),
    );
    worker.deliveries = worker.deliveries.filter((one) => !chosen.includes(one));
    for (const { delivery, isProbe } of chosen) {
      const outcome = this.#network.answer(name);
      if (outcome.kind === 'delivered') this.#deliveries.arrived(delivery.id);
      const { random } = this.#draw;
      const attempt = this.#attempt(delivery, outcome);
      const settlement = settle(delivery, attempt, { policy, isProbe, now: this.#now(), random });
      await this.#settle(destination, settlement, (lane) =>
        observed(lane, { outcomes: [outcome], now: this.#now(), jitter: 0.5, circuit }),
      );
    }
  }

  async #release(worker: Worker, name: Destination): Promise<void> {
    const destination = this.#of(name);
    const released = worker.deliveries.filter(({ delivery }) => delivery.destination === destination);
    worker.deliveries = worker.deliveries.filter((one) => !released.includes(one));
    for (const { delivery } of released) {
      await this.#settle(destination, release(delivery, this.#now()), (lane) =>
        observed(lane, { outcomes: [null], now: this.#now(), jitter: 0.5, circuit }),
      );
    }
  }

  /** What an operator does with any few deliveries. */
  async #repair(what: 'redeliver' | 'cancel'): Promise<void> {
    const known = [...this.#deliveries.deliveries.keys()];
    const ids = [...new Set(Array.from({ length: 8 }, () => this.#draw.one(known) ?? []).flat())];
    if (what === 'redeliver') {
      const moved = await this.#store.redeliver({ which: { ids }, dueAt: this.#now(), everyMs: 0 });
      return this.#deliveries.redelivered(ids, moved, this.#nowMs);
    }
    const few = ids.slice(0, 2);
    this.#deliveries.cancelled(few, await this.#store.cancelDeliveries(few, this.#now()));
  }

  /** All at once, so that it is known which events are in line. */
  async #replay(): Promise<void> {
    const ended = [...this.#events.events.values()].filter(({ id }) => id !== undefined);
    const events = [...new Set(Array.from({ length: 5 }, () => this.#draw.one(ended) ?? []).flat())];
    const ids = events.flatMap(({ id }) => id ?? []);
    const scope = {
      destinations: this.#draw.chance(0.7) ? null : [this.#of('alpha')],
      includesDelivered: this.#draw.chance(0.3),
    };
    const { id } = await this.#store.startReplay({ ...scope, filter: { ids }, rate: replayRate }, this.#now());
    this.#replays.push(id);
    this.#events.replayed(events, scope, await this.#store.continueReplays(this.#now()));
  }

  async #settle(destination: string, settlement: Settlement, observe: (lane: Lane) => Lane): Promise<void> {
    const { kept } = await this.#store.settleDeliveries({ destination, settlements: [settlement], observe });
    this.#deliveries.settled(settlement, kept[0] === true, this.#nowMs);
  }

  #attempt(delivery: ClaimedDelivery, outcome: Outcome): Attempt {
    const [startedAt, number] = [this.#now(), delivery.attempts + 1];
    return { id: newId('att', startedAt), deliveryId: delivery.id, number, startedAt, durationMs: 20, outcome };
  }

  /** Everybody dies, and the store is opened anew. */
  async #restart(): Promise<void> {
    await this.#store.close();
    this.#store = await this.#simulated.open({ now: this.#now });
    this.#workers = this.#newWorkers();
    if (this.#store.isShared) return;
    this.#events.endAllLeases();
    this.#deliveries.endAllLeases();
  }

  async #count(): Promise<void> {
    const stats = await this.#store.stats();
    for (const status of eventStatuses) {
      const [counted, expected] = [stats.events[status] - this.#before.events[status], this.#events.count(status)];
      this.#expect('tallies', counted === expected, () => `${counted} events ${status}, not ${expected}`);
    }
    // A lease that has ended is pending from the next claim on.
    const settled = deliveryStatuses.filter((status) => status !== 'pending' && status !== 'in_flight');
    for (const status of settled) {
      const counted = stats.deliveries[status] - this.#before.deliveries[status];
      const expected = this.#deliveries.count(status);
      this.#expect('tallies', counted === expected, () => `${counted} deliveries ${status}, not ${expected}`);
    }
    const { deliveries: groups } = await this.#store.problems();
    const ours = groups.filter(({ destination }) => destinations.some((name) => this.#of(name) === destination));
    const [grouped, dead] = [ours.reduce((sum, { count }) => sum + count, 0), this.#deliveries.count('dead')];
    this.#expect(
      'tallies',
      grouped === dead || groups.length === groupsMax,
      () => `${grouped} of ${dead} dead in groups`,
    );
  }

  /** All is well and nobody disturbs: everything that is open comes to its end. */
  async #end(): Promise<void> {
    this.#network.calmDown();
    for (const name of destinations) {
      await this.#store.changeLane(this.#of(name), (lane) => ({ ...lane, pausedAt: null }));
    }
    const [worker] = this.#workers;
    for (let turn = 0; turn < endingMax && worker !== undefined; turn += 1) {
      await this.#claimEvents(worker);
      await this.#translate(worker, 1);
      for (const name of destinations) {
        await this.#claimDeliveries([worker], name);
        await this.#deliver(worker, name, 1);
      }
      const nextAt = await this.#nextAt();
      if (nextAt === undefined) break;
      this.#nowMs = Math.max(this.#nowMs + 1, nextAt.getTime());
    }
    await this.#count();
    await this.#judgeEnd();
    await this.#judgeReplays();
  }

  /** When something is next to be done; undefined when nothing is open. */
  async #nextAt(): Promise<Date | undefined> {
    const lanes = new Map((await this.#store.lanes()).map((lane) => [lane.destination, lane]));
    const times = [await this.#store.nextDueAt({ kind: 'events' })];
    for (const name of destinations) {
      const lane = lanes.get(this.#of(name));
      const dueAt = await this.#store.nextDueAt({ kind: 'deliveries', destination: this.#of(name) });
      const opens =
        lane === undefined
          ? null
          : opensAt(
              lane,
              { inFlight: this.#deliveries.inFlight(this.#of(name), this.#nowMs), now: this.#now() },
              limits[name],
            );
      times.push(dueAt !== null && opens !== null && opens > dueAt ? opens : dueAt);
    }
    return times.filter((time) => time !== null).toSorted((one, other) => one.getTime() - other.getTime())[0];
  }

  async #judgeEnd(): Promise<void> {
    const open = this.#deliveries.count('pending') + this.#deliveries.count('in_flight');
    const received = this.#events.count('received');
    this.#expect('stuck', open + received === 0, () => `${received} events and ${open} deliveries never ended`);
    for (const [externalId, { id, status }] of this.#events.events) {
      const detail = id === undefined ? undefined : await this.#store.getEvent(id);
      const isThere = detail?.externalId === externalId && detail.status === status;
      const drafts = id === undefined ? 0 : this.#deliveries.of(id).length;
      this.#expect(
        'lost',
        isThere && detail?.deliveries.length === drafts,
        () => `${externalId} is not as it was left`,
      );
      for (const { id: deliveryId, state, attempts, history } of detail?.deliveries ?? []) {
        const known = this.#deliveries.deliveries.get(deliveryId);
        const isSo = known?.status === state.status && known.attempts === attempts && history.length === attempts;
        this.#expect('tallies', isSo, () => `${deliveryId} has ${history.length} attempts: ${JSON.stringify(known)}`);
        const hasArrived = state.status !== 'delivered' || (known?.arrivals ?? 0) > 0;
        this.#expect('lost', hasArrived, () => `${deliveryId} is delivered and never arrived`);
      }
    }
  }

  /** Each has ended, with a fate for all its events. */
  async #judgeReplays(): Promise<void> {
    for (const id of this.#replays) {
      const replay = await this.#store.getReplay(id);
      const { total, translated, unmatched, failed, inLine } = replay?.progress ?? none;
      const isSo = replay?.status === 'finished' && inLine === 0 && translated + unmatched + failed === total;
      this.#expect('stuck', isSo, () => `${id} is ${JSON.stringify(replay)}`);
    }
  }

  #expect(...[invariant, isSo, told]: Parameters<Violations['expect']>): void {
    this.#simulated.violations.expect(invariant, isSo, () => `${this.#name}, step ${this.steps}: ${told()}`);
  }

  #pauseMs(): number {
    const longest = { moment: 1_000, seconds: 20_000, minutes: 240_000, while: 3_600_000 };
    return Math.ceil(
      this.#draw.random() * longest[this.#draw.weighted({ moment: 30, seconds: 25, minutes: 20, while: 25 })],
    );
  }

  #now = (): Date => new Date(this.#nowMs);

  /** The store may be shared with other lives, so names are this one's. */
  #of = (name: string): string => `${this.#name}_${name}`;

  #newWorkers(): readonly Worker[] {
    return [1, 2, 3].map(() => ({ id: newId('wrk', this.#now()), events: [], deliveries: [] }));
  }
}
