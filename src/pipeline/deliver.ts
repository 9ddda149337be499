import { fullBucket, type TokenBucket, takeToken } from '../delivery/rate-limit.ts';
import { release, settle } from '../delivery/settle.ts';
import type { ConfiguredDestination } from '../destinations/destination.ts';
import type { Log } from '../log.ts';
import type { Attempt, Outcome } from '../model/attempt.ts';
import { addMs } from '../model/clock.ts';
import type { ClaimedDelivery, Settlement } from '../model/delivery.ts';
import { newId, type WorkerId } from '../model/id.ts';
import type { Store } from '../store/store.ts';
import { type AttemptDependencies, attempt } from './attempt.ts';
import { Loop } from './loop.ts';

/** A lease outlives the slowest attempt several times over: one that is shorter doubles deliveries. */
const leaseFactor = 4;
const leaseMsMin = 60_000;
/** Deliveries claimed at once, whatever concurrency and batch allow. */
const claimMax = 500;

export interface DeliverDependencies extends Omit<AttemptDependencies, 'shutdown'> {
  readonly store: Pick<Store, 'claimDeliveries' | 'settleDeliveries' | 'nextDueAt'>;
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

/** One destination's worker: its own queue, concurrency and rate, so that one that hangs costs the others nothing. */
export class Lane {
  readonly #target: ConfiguredDestination;
  readonly #dependencies: DeliverDependencies;
  readonly #loop: Loop;
  readonly #shutdown = new AbortController();
  readonly #underWay = new Set<Promise<void>>();
  #bucket: TokenBucket | undefined;

  constructor(target: ConfiguredDestination, dependencies: DeliverDependencies) {
    this.#target = target;
    this.#dependencies = dependencies;
    const { clock, log } = dependencies;
    const { rate } = target.settings;
    this.#bucket = rate === undefined ? undefined : fullBucket(rate, clock.now());
    this.#loop = new Loop({
      name: `deliver:${target.name}`,
      clock,
      log,
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
    await Promise.all(this.#underWay);
    clearTimeout(timer);
    this.#dependencies.log.write('worker.drained', { worker: `deliver:${this.#target.name}` });
  }

  async #work(): Promise<boolean> {
    const requests = this.#requestsAllowed();
    if (requests === 0) return false;
    const { store, worker, clock } = this.#dependencies;
    const { name, settings } = this.#target;
    const limit = Math.min(requests * this.#batchMax(), claimMax);
    const leaseMs = Math.max(leaseMsMin, settings.timeout_ms * leaseFactor);
    const deliveries = await store.claimDeliveries(name, { worker, limit, leaseMs, now: clock.now() });
    for (const chunk of this.#chunks(deliveries)) this.#begin(chunk);
    return deliveries.length === limit;
  }

  /** Requests that concurrency and rate leave free now. */
  #requestsAllowed(): number {
    const free = this.#target.settings.concurrency - this.#underWay.size;
    if (this.#bucket === undefined) return Math.max(0, free);
    let [bucket, allowed] = [this.#bucket, 0];
    for (; allowed < free; allowed += 1) {
      const taken = takeToken(bucket, this.#dependencies.clock.now());
      if (taken.waitMs > 0) break;
      bucket = taken.bucket;
    }
    return allowed;
  }

  #batchMax(): number {
    const { destination, settings } = this.#target;
    return destination.transport === 'http' ? Math.min(settings.batch, destination.batch?.max ?? 1) : 1;
  }

  /** Deliveries that share a request: as many as the batch allows, by number and by bytes. */
  #chunks(deliveries: readonly ClaimedDelivery[]): readonly (readonly ClaimedDelivery[])[] {
    const { destination } = this.#target;
    const bytesMax = destination.transport === 'http' ? (destination.batch?.maxBytes ?? 0) : 0;
    const chunks: ClaimedDelivery[][] = [];
    let bytes = 0;
    for (const delivery of deliveries) {
      const size = Buffer.byteLength(delivery.payload) + 1;
      const last = chunks.at(-1);
      if (last === undefined || last.length >= this.#batchMax() || bytes + size > bytesMax) {
        chunks.push([delivery]);
        bytes = size;
      } else {
        last.push(delivery);
        bytes += size;
      }
    }
    return chunks;
  }

  #begin(chunk: readonly ClaimedDelivery[]): void {
    if (this.#bucket !== undefined) this.#bucket = takeToken(this.#bucket, this.#dependencies.clock.now()).bucket;
    const running = this.#attempt(chunk)
      .catch((error: unknown) => {
        // The attempt could not be recorded: its lease ends and it is made again, with the same id.
        this.#dependencies.log.write('worker.failed', { worker: `deliver:${this.#target.name}`, err: error });
      })
      .finally(() => {
        this.#underWay.delete(running);
        this.#loop.wake();
      });
    this.#underWay.add(running);
  }

  async #attempt(chunk: readonly ClaimedDelivery[]): Promise<void> {
    const { clock, store } = this.#dependencies;
    const startedAt = clock.now();
    const startedMs = performance.now();
    const outcomes = await attempt(chunk, this.#target, { ...this.#dependencies, shutdown: this.#shutdown.signal });
    const durationMs = Math.round(performance.now() - startedMs);
    const settlements = chunk.map((delivery, index) =>
      this.#settlement(delivery, outcomes[index] ?? null, { startedAt, durationMs }),
    );
    await store.settleDeliveries(settlements);
    for (const settlement of settlements) this.#report(settlement);
  }

  #settlement(
    delivery: ClaimedDelivery,
    outcome: Outcome | null,
    timing: { readonly startedAt: Date; readonly durationMs: number },
  ): Settlement {
    const { clock, random } = this.#dependencies;
    const now = clock.now();
    if (outcome === null) return release(delivery, now);
    const made: Attempt = {
      id: newId('att', now),
      deliveryId: delivery.id,
      number: delivery.attempts + 1,
      ...timing,
      outcome,
    };
    return settle(delivery, made, { policy: this.#target.settings.retry, now, random });
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

  async #nextDueAt(): Promise<Date | null> {
    const { store, clock } = this.#dependencies;
    // Full: whatever ends next wakes the loop.
    if (this.#underWay.size >= this.#target.settings.concurrency) return null;
    const dueAt = await store.nextDueAt({ kind: 'deliveries', destination: this.#target.name });
    if (dueAt === null || this.#bucket === undefined) return dueAt;
    const now = clock.now();
    const tokenAt = addMs(now, takeToken(this.#bucket, now).waitMs);
    return dueAt > tokenAt ? dueAt : tokenAt;
  }
}
