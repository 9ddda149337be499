import type { ClaimedDelivery, DeliveryStatus, Draft, Settlement } from '../../../src/model/delivery.ts';
import type { DeliveryId, EventId, WorkerId } from '../../../src/model/id.ts';
import { payloadFate, type ReplayScope } from '../../../src/model/replay.ts';
import type { MovedDelivery } from '../../../src/store/repair.ts';
import type { DeliveryDetail } from '../../../src/store/store.ts';
import type { Violations } from './violations.ts';

interface ModelDelivery {
  readonly id: DeliveryId;
  readonly eventId: EventId;
  readonly destination: string;
  readonly outgoingId: string;
  person: string | null;
  /** In which it was queued. */
  readonly place: number;
  status: DeliveryStatus;
  dueAtMs: number;
  attempts: number;
  /** Times the destination took it. */
  arrivals: number;
  lease: { readonly worker: WorkerId; readonly token: number; readonly endsAtMs: number } | undefined;
}

export interface Drafted {
  readonly id: EventId;
  readonly drafts: readonly Draft[];
  readonly replay: ReplayScope | undefined;
}

export interface ClaimOfDeliveries {
  readonly destination: string;
  readonly worker: WorkerId;
  /** What the claim and the lane let through. */
  readonly limit: number;
  readonly nowMs: number;
  readonly leaseMs: number;
  /** Whether others claimed at the same time: then what was left to this one is not known. */
  readonly isAlone: boolean;
}

interface Moved {
  readonly ids: readonly DeliveryId[];
  readonly moved: readonly MovedDelivery[];
  readonly from: readonly DeliveryStatus[];
}

/** What the store must know of deliveries, kept in memory and without its transactions. */
export class DeliveryModel {
  readonly deliveries = new Map<DeliveryId, ModelDelivery>();
  readonly #violations: Violations;

  constructor(violations: Violations) {
    this.#violations = violations;
  }

  /** What has come of an event's drafts; beside what was there before, where it is replayed. */
  queued(event: Drafted, stored: readonly DeliveryDetail[], nowMs: number): void {
    const { id, drafts, replay } = event;
    const made = drafts.filter((draft) => replay === undefined || this.#isMade(id, draft, replay));
    const added = stored.filter((delivery) => !this.deliveries.has(delivery.id));
    const isSo = added.length === made.length && stored.length === this.of(id).length + added.length;
    this.#violations.expect('lost', isSo, () => `${added.length} deliveries are made of ${id}, not ${made.length}`);
    for (const draft of made) this.#add(draft, { added, nowMs });
  }

  /** As it was queued: what is stored may have been joined to another line since. */
  #add(draft: Draft, { added, nowMs }: { readonly added: readonly DeliveryDetail[]; readonly nowMs: number }): void {
    const { destination, outgoingId, person } = draft;
    const stored = added.find((one) => one.destination === destination && one.outgoingId === outgoingId);
    if (stored === undefined) return;
    this.#join(draft);
    const place = this.deliveries.size;
    const state = { status: 'pending' as const, dueAtMs: nowMs, attempts: 0, arrivals: 0, lease: undefined };
    const { id, eventId } = stored;
    this.deliveries.set(id, { id, eventId, destination, outgoingId, person, place, ...state });
  }

  /** In the order in which they were queued. */
  of(eventId: EventId): readonly ModelDelivery[] {
    return [...this.deliveries.values()].filter((delivery) => delivery.eventId === eventId);
  }

  /** What is on its way under another key of the same person is theirs from now on. */
  #join({ destination, person, formerly = [] }: Draft): void {
    for (const delivery of this.#of(destination)) {
      const isOther = delivery.person !== null && formerly.includes(delivery.person);
      if (isOther && isOnItsWay(delivery)) delivery.person = person;
    }
  }

  /** A dead letter that is made anew needs nobody any more. */
  #isMade(eventId: EventId, { destination, outgoingId }: Draft, replay: ReplayScope): boolean {
    const isSame = (one: ModelDelivery): boolean => one.destination === destination && one.outgoingId === outgoingId;
    const latest = this.of(eventId).findLast(isSame);
    const fate = payloadFate(destination, latest?.status, replay);
    if (fate === 'again' && latest?.status === 'dead') latest.status = 'cancelled';
    return fate === 'new' || fate === 'again';
  }

  /** Of the destination, once leases that have ended are. */
  inFlight(destination: string, nowMs: number): number {
    this.#endLeases(destination, nowMs);
    return this.#of(destination).filter(({ status }) => status === 'in_flight').length;
  }

  /** Of those that are held; null when none is. */
  firstLeaseEnd(destination: string): Date | null {
    const ends = this.#of(destination).flatMap(({ lease }) => lease?.endsAtMs ?? []);
    return ends.length === 0 ? null : new Date(Math.min(...ends));
  }

  claimed(claim: ClaimOfDeliveries, claimed: readonly ClaimedDelivery[]): void {
    const { destination, worker, limit, nowMs, leaseMs, isAlone } = claim;
    const expect = this.#violations.expect.bind(this.#violations);
    this.#endLeases(destination, nowMs);
    const all = this.#of(destination);
    const due = all.filter((delivery) => isDue(delivery, nowMs) && isFirst(delivery, all));
    const wanted = Math.min(due.length, limit);
    expect('overlap', claimed.length <= limit, () => `${claimed.length} claimed for ${destination}, at most ${limit}`);
    expect(
      'idle',
      !isAlone || claimed.length >= wanted,
      () => `${claimed.length} of ${wanted} claimed: ${destination}`,
    );
    for (const { id, state, attempts } of claimed) {
      const delivery = this.deliveries.get(id);
      expect('lost', delivery !== undefined, () => `${id} was never queued`);
      if (delivery === undefined) continue;
      expect('overlap', isDue(delivery, nowMs), () => `${id} claimed, which is ${JSON.stringify(delivery)}`);
      expect('order', isFirst(delivery, all), () => `${id} claimed before a former one of ${delivery.person}`);
      expect(
        'tallies',
        attempts === delivery.attempts,
        () => `${id} claimed with ${attempts}, not ${delivery.attempts}`,
      );
      delivery.status = 'in_flight';
      delivery.lease = { worker, token: state.token, endsAtMs: nowMs + leaseMs };
    }
  }

  arrived(id: DeliveryId): void {
    const delivery = this.deliveries.get(id);
    if (delivery !== undefined) delivery.arrivals += 1;
  }

  settled(settlement: Settlement, isKept: boolean, nowMs: number): void {
    const { id, state } = settlement.delivery;
    const delivery = this.deliveries.get(id);
    if (delivery === undefined) return;
    const { lease } = delivery;
    const holds = lease?.worker === state.claimedBy && lease.token === state.token;
    // A lease that has ended holds until somebody claims again; either answer is right.
    const isOpen = holds && (lease?.endsAtMs ?? 0) <= nowMs;
    this.#violations.expect('settled', isOpen || isKept === holds, () => `${id}: kept ${isKept}, held ${holds}`);
    if (!isKept) return;
    delivery.lease = undefined;
    if (settlement.to !== 'released') delivery.attempts += 1;
    delivery.status = settlement.to === 'released' ? 'pending' : settlement.to;
    if (settlement.to === 'pending') delivery.dueAtMs = settlement.dueAt.getTime();
    if (settlement.to === 'released') delivery.dueAtMs = nowMs;
  }

  /** By an operator: the dead ones among them, and no others. */
  redelivered(ids: readonly DeliveryId[], moved: readonly MovedDelivery[], nowMs: number): void {
    this.#moved({ ids, moved, from: ['dead'] }, (delivery) => {
      delivery.status = 'pending';
      delivery.dueAtMs = nowMs;
    });
  }

  cancelled(ids: readonly DeliveryId[], moved: readonly MovedDelivery[]): void {
    this.#moved({ ids, moved, from: ['pending', 'dead'] }, (delivery) => {
      delivery.status = 'cancelled';
    });
  }

  endAllLeases(): void {
    for (const delivery of this.deliveries.values()) endLease(delivery);
  }

  count(status: DeliveryStatus): number {
    return [...this.deliveries.values()].filter((delivery) => delivery.status === status).length;
  }

  #moved({ ids, moved, from }: Moved, move: (delivery: ModelDelivery) => void): void {
    const expected = ids.flatMap((id) => {
      const delivery = this.deliveries.get(id);
      return delivery !== undefined && from.includes(delivery.status) ? [delivery] : [];
    });
    const isSo = moved.length === expected.length && expected.every(({ id }) => moved.some((one) => one.id === id));
    this.#violations.expect(
      'settled',
      isSo,
      () => `${moved.length} moved of ${from.join(' or ')}, not ${expected.length}`,
    );
    for (const delivery of expected) move(delivery);
  }

  #of(destination: string): readonly ModelDelivery[] {
    return [...this.deliveries.values()].filter((delivery) => delivery.destination === destination);
  }

  #endLeases(destination: string, nowMs: number): void {
    for (const delivery of this.#of(destination)) {
      if (delivery.lease !== undefined && delivery.lease.endsAtMs <= nowMs) endLease(delivery);
    }
  }
}

function endLease(delivery: ModelDelivery): void {
  if (delivery.lease === undefined) return;
  delivery.lease = undefined;
  delivery.status = 'pending';
  delivery.dueAtMs = 0;
}

const isDue = ({ status, dueAtMs }: ModelDelivery, nowMs: number): boolean => status === 'pending' && dueAtMs <= nowMs;

const isOnItsWay = ({ status }: ModelDelivery): boolean => status === 'pending' || status === 'in_flight';

/** Nothing that was queued earlier for the person is still on its way. */
const isFirst = ({ person, place }: ModelDelivery, all: readonly ModelDelivery[]): boolean =>
  person === null || all.every((other) => other.person !== person || other.place >= place || !isOnItsWay(other));
