import { type Admission, admit, observed, opensAt } from '../delivery/lane.ts';
import { release, settle } from '../delivery/settle.ts';
import type { ConfiguredDestination } from '../destinations/destination.ts';
import type { Log } from '../log.ts';
import type { Attempt, Outcome } from '../model/attempt.ts';
import type { ClaimedDelivery, Settlement } from '../model/delivery.ts';
import { newId, type WorkerId } from '../model/id.ts';
import { freshLane, type Lane } from '../model/lane.ts';
import type { Store } from '../store/store.ts';
import { type AttemptDependencies, attempt } from './attempt.ts';
import { Loop } from './loop.ts';
import { chunksOf } from './request-chunks.ts';
import { Spacing } from './spacing.ts';
import { writeDown } from './write-down.ts';
import { WriteQueue } from './write-queue.ts';

/** A lease outlives the slowest attempt several times over: one that is shorter doubles deliveries. */
const leaseFactor = 4;
const leaseMsMin = 60_000;
/** Deliveries claimed at once, whatever concurrency and batch allow. */
const claimMax = 500;
/** Claims begin so far apart, in milliseconds: where they left nothing behind, and where few places were free. */
const spacingMs = { drained: 10, crowded: 5 } as const;

export interface DeliverDependencies extends Omit<AttemptDependencies, 'shutdown'> {
  readonly store: Pick<Store, 'claimDeliveries' | 'settleDeliveries' | 'nextDueAt' | 'isShared'>;
  readonly worker: WorkerId;
  readonly log: Log;
  /** [0, 1), for the jitter of retries. */
  readonly random: () => number;
  readonly metrics: DeliveryMetrics;
}

export interface DeliveryMetrics {
  attempted(attempt: {
    readonly destination: string;
    readonly outcome: string;
    readonly reason: string;
    readonly seconds: number;
  }): void;
  delivered(destination: string, seconds: number): void;
}

interface Limits {
  readonly concurrency: number;
  readonly batch: number;
}

/** Places that get free one by one are filled together, not each with a commit of its own. */
function apartMs(claimed: number, limit: number, { concurrency, batch }: Limits): number {
  if (claimed < limit) return spacingMs.drained;
  return limit * 2 < Math.min(concurrency * batch, claimMax) ? spacingMs.crowded : 0;
}

/** What shares one request. */
interface Sending {
  readonly deliveries: readonly ClaimedDelivery[];
  readonly isProbe: boolean;
}

/** What came of one request and of the parts it was made in. */
interface Ended extends Sending {
  readonly outcomes: readonly (Outcome | null)[];
  readonly requests: number;
  readonly startedAt: Date;
  readonly durationMs: number;
}

/**
 * One destination's worker: its own queue, concurrency and rate, so that one that hangs costs the others nothing. What
 * the lane lets through is decided in the store, where replicas share it.
 */
export class LaneWorker {
  readonly #target: ConfiguredDestination;
  readonly #dependencies: DeliverDependencies;
  readonly #loop: Loop;
  readonly #spacing = new Spacing();
  readonly #shutdown = new AbortController();
  /** Many requests end at once: one commit takes them down. */
  readonly #endings = new WriteQueue<Ended>((ended) => this.#writeDown(ended));
  readonly #underWay = new Map<Promise<void>, readonly ClaimedDelivery[]>();
  /** As this process saw it last. */
  #lane: Lane;
  /** Deliveries under way when this process claimed last, on all replicas. */
  #inFlight = 0;
  /** Answers for the whole lane that the store has not heard of yet. */
  #laneWide = 0;

  constructor(target: ConfiguredDestination, dependencies: DeliverDependencies) {
    this.#target = target;
    this.#dependencies = dependencies;
    const { clock, log, store } = dependencies;
    this.#lane = freshLane(target.name, clock.now());
    this.#loop = new Loop({
      name: `deliver:${target.name}`,
      clock,
      log,
      isShared: store.isShared,
      work: () => this.#work(),
      nextDueAt: () => this.#nextDueAt(),
    });
  }

  start(): void {
    this.#loop.start();
  }

  wake(): void {
    this.#loop.wake();
  }

  /** Claims no more, lets attempts under way finish for `graceMs`, then hands the rest back. */
  async stop(graceMs: number): Promise<void> {
    await this.#loop.stop();
    const timer = setTimeout(() => this.#shutdown.abort(), graceMs);
    await Promise.all(this.#underWay.keys());
    clearTimeout(timer);
    this.#dependencies.log.write('worker.drained', { worker: `deliver:${this.#target.name}` });
  }

  async #work(): Promise<boolean> {
    await this.#spacing.passed();
    const limits = this.#limits();
    // Claimed by this process and not settled yet, whatever the store has heard of it.
    if (this.#underWay.size >= limits.concurrency || this.#laneWide > 0) return false;
    const { store, worker, clock } = this.#dependencies;
    const { name: destination, settings } = this.#target;
    const now = clock.now();
    let admission: Admission | undefined;
    const limit = Math.min((limits.concurrency - this.#underWay.size) * limits.batch, claimMax);
    const { deliveries, lane } = await store.claimDeliveries({
      destination,
      worker,
      limit,
      leaseMs: Math.max(leaseMsMin, settings.timeout_ms * leaseFactor),
      now,
      underWay: [...this.#underWay.values()].flatMap((deliveries) => deliveries.map(({ id }) => id)),
      admit: (current, inFlight) => {
        this.#inFlight = inFlight;
        admission = admit(current, { inFlight, now }, limits);
        return admission;
      },
    });
    this.#spacing.began(apartMs(deliveries.length, limit, limits));
    this.#inFlight += deliveries.length;
    this.#noticed(lane);
    const isProbe = deliveries.length > 0 && lane.circuit.state === 'half_open';
    const chunks = chunksOf(deliveries, this.#target);
    const most = admission?.requests(deliveries.length) ?? 0;
    for (const chunk of chunks.slice(0, most)) this.#begin({ deliveries: chunk, isProbe });
    await this.#handBack(chunks.slice(most).flat());
    return deliveries.length > 0 && this.#underWay.size < limits.concurrency;
  }

  /** Large payloads fill a request before its batch is full: what finds no room in those admitted waits its turn. */
  async #handBack(deliveries: readonly ClaimedDelivery[]): Promise<void> {
    if (deliveries.length === 0) return;
    const { store, clock } = this.#dependencies;
    const settlements = deliveries.map((delivery) => release(delivery, clock.now()));
    await store.settleDeliveries({ destination: this.#target.name, settlements, observe: (lane) => lane });
  }

  #limits() {
    const { destination, settings } = this.#target;
    const { concurrency, rate } = settings;
    const batch = destination.transport === 'http' ? Math.min(settings.batch, destination.batch?.max ?? 1) : 1;
    return { concurrency, rate, batch };
  }

  #begin(sending: Sending): void {
    const running = this.#attempt(sending)
      .catch((error: unknown) => {
        // The attempt could not be recorded: its lease ends and it is made again, with the same id.
        this.#dependencies.log.write('worker.failed', { worker: `deliver:${this.#target.name}`, err: error });
      })
      .finally(() => {
        this.#underWay.delete(running);
        this.#loop.wake();
      });
    this.#underWay.set(running, sending.deliveries);
  }

  async #attempt({ deliveries, isProbe }: Sending): Promise<void> {
    const startedAt = this.#dependencies.clock.now();
    const startedMs = performance.now();
    const shutdown = this.#shutdown.signal;
    const { outcomes, requests } = await attempt(deliveries, this.#target, { ...this.#dependencies, shutdown });
    const durationMs = Math.round(performance.now() - startedMs);
    const isLaneWide = outcomes.some((outcome) => outcome?.kind === 'retry' && outcome.lane !== undefined);
    if (isLaneWide) this.#laneWide += 1;
    try {
      await this.#endings.add({ deliveries, outcomes, requests, startedAt, durationMs, isProbe });
    } finally {
      if (isLaneWide) this.#laneWide -= 1;
    }
  }

  async #writeDown(ended: readonly Ended[]): Promise<void> {
    const { clock, store, random, log } = this.#dependencies;
    const now = clock.now();
    const settlements = ended.flatMap((one) =>
      one.deliveries.map((delivery, index) => this.#settlement(delivery, one, { index, now })),
    );
    const { circuit } = this.#target.settings;
    const observations = ended.map(({ outcomes, requests }) => {
      return { outcomes, requests, now, jitter: random(), circuit };
    });
    const observe = (lane: Lane): Lane => observations.reduce(observed, lane);
    const settlement = { destination: this.#target.name, settlements, observe };
    const writing = { worker: `deliver:${this.#target.name}`, log, shutdown: this.#shutdown.signal };
    const { lane } = await writeDown(() => store.settleDeliveries(settlement), writing);
    this.#noticed(lane);
    for (const one of settlements) this.#report(one);
  }

  #settlement(
    delivery: ClaimedDelivery,
    { outcomes, startedAt, durationMs, isProbe }: Ended,
    { index, now }: { readonly index: number; readonly now: Date },
  ): Settlement {
    const outcome = outcomes[index] ?? null;
    if (outcome === null) return release(delivery, now);
    const made: Attempt = {
      id: newId('att', now),
      deliveryId: delivery.id,
      number: delivery.attempts + 1,
      startedAt,
      durationMs,
      outcome,
    };
    const { random } = this.#dependencies;
    return settle(delivery, made, { policy: this.#target.settings, isProbe, now, random });
  }

  /** One canonical line per attempt, with the decision in it. */
  #report(settlement: Settlement): void {
    if (settlement.to === 'released') return;
    const { log, metrics } = this.#dependencies;
    const { delivery, attempt: made, settledAt } = settlement;
    const { outcome, durationMs } = made;
    const destination = this.#target.name;
    const reason = outcome.kind === 'delivered' ? undefined : outcome.reason;
    log.write('delivery.attempted', {
      delivery_id: delivery.id,
      event_id: delivery.eventId,
      destination,
      attempt: made.number,
      outcome: outcome.kind,
      reason,
      status: outcome.response?.status,
      duration_ms: durationMs,
      next: settlement.to === 'pending' ? settlement.dueAt.toISOString() : settlement.to,
    });
    metrics.attempted({ destination, outcome: outcome.kind, reason: reason ?? '', seconds: durationMs / 1000 });
    if (settlement.to === 'delivered')
      metrics.delivered(destination, (settledAt.getTime() - delivery.receivedAt.getTime()) / 1000);
  }

  /** Tells the log when the circuit opens and when it closes; probes in between are attempts like others. */
  #noticed(lane: Lane): void {
    const [before, after] = [this.#lane.circuit, lane.circuit];
    this.#lane = lane;
    const { destination } = lane;
    const { log } = this.#dependencies;
    if (before.state === 'closed' && after.state === 'open') {
      log.write('lane.opened', { destination, trouble: after.trouble, probe_at: after.probeAt.toISOString() });
    }
    if (before.state !== 'closed' && after.state === 'closed') log.write('lane.closed', { destination });
  }

  async #nextDueAt(): Promise<Date | null> {
    const { store, clock } = this.#dependencies;
    // Full: whatever ends next wakes the loop, or its lease does.
    if (this.#underWay.size >= this.#target.settings.concurrency || this.#laneWide > 0) return null;
    const [dueAt, opens] = [
      await store.nextDueAt({ kind: 'deliveries', destination: this.#target.name }),
      opensAt(this.#lane, { inFlight: this.#inFlight, now: clock.now() }, this.#limits()),
    ];
    if (dueAt === null || opens === null) return null;
    return dueAt > opens ? dueAt : opens;
  }
}
