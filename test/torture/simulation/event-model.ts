import type { ClaimedEvent, EventStatus } from '../../../src/model/event.ts';
import type { EventId, WorkerId } from '../../../src/model/id.ts';
import type { ReplayScope } from '../../../src/model/replay.ts';
import type { TranslationSettlement } from '../../../src/store/store.ts';
import type { Violations } from './violations.ts';

export interface ModelEvent {
  readonly number: number;
  status: EventStatus;
  tries: number;
  dueAtMs: number;
  lease: { readonly worker: WorkerId; readonly endsAtMs: number; readonly tries: number } | undefined;
  id: EventId | undefined;
  /** While it is in line for a replay. */
  replay: ReplayScope | undefined;
}

export interface ClaimOfEvents {
  readonly worker: WorkerId;
  readonly limit: number;
  readonly nowMs: number;
  readonly leaseMs: number;
}

/** What the store must know of events, kept in memory and without its transactions. */
export class EventModel {
  /** By the sender's id, in the order of arrival. */
  readonly events = new Map<string, ModelEvent>();
  readonly #violations: Violations;

  constructor(violations: Violations) {
    this.#violations = violations;
  }

  received(externalId: string, nowMs: number): boolean {
    if (this.events.has(externalId)) return false;
    const number = this.events.size;
    const nothing = { lease: undefined, id: undefined, replay: undefined };
    this.events.set(externalId, { number, status: 'received', tries: 0, dueAtMs: nowMs, ...nothing });
    return true;
  }

  claimed(claim: ClaimOfEvents, claimed: readonly ClaimedEvent[]): void {
    const { limit, nowMs } = claim;
    const expect = this.#violations.expect.bind(this.#violations);
    this.#endLeases(nowMs);
    const due = [...this.events.values()].filter((event) => isDue(event, nowMs)).length;
    // A suspect is handed out alone, so only none at all leaves work lying.
    expect('idle', due === 0 || claimed.length > 0, () => `${due} events are due and none is claimed`);
    expect('overlap', claimed.length <= limit, () => `${claimed.length} events claimed of at most ${limit}`);
    this.#taken(claim, claimed);
  }

  #taken({ worker, nowMs, leaseMs }: ClaimOfEvents, claimed: readonly ClaimedEvent[]): void {
    const expect = this.#violations.expect.bind(this.#violations);
    let former = -1;
    for (const { externalId, id, tries } of claimed) {
      const event = this.events.get(externalId);
      expect('lost', event !== undefined, () => `${externalId} was never received`);
      if (event === undefined) continue;
      expect('overlap', isDue(event, nowMs), () => `${externalId} claimed, which is ${JSON.stringify(event)}`);
      expect('order', event.number > former, () => `${externalId} claimed behind a later one`);
      expect('tallies', tries === event.tries + 1, () => `${externalId} claimed for try ${tries} after ${event.tries}`);
      former = event.number;
      event.tries = tries;
      event.id = id;
      event.lease = { worker, endsAtMs: nowMs + leaseMs, tries };
    }
  }

  /** In the commit that recorded them: only where nothing is due before them. It ends no leases. */
  claimedAtOnce(claim: ClaimOfEvents, claimed: readonly ClaimedEvent[]): void {
    const first = Math.min(...claimed.map(({ externalId }) => this.events.get(externalId)?.number ?? -1));
    const before = [...this.events].filter(
      ([, event]) => event.number < first && isDue(withoutEndedLease(event, claim.nowMs), claim.nowMs),
    );
    this.#violations.expect('order', before.length === 0, () => `claimed as it is recorded, before ${before[0]?.[0]}`);
    this.#taken(claim, claimed);
  }

  settled(settlement: TranslationSettlement, isKept: boolean, nowMs: number): void {
    const { externalId, claimedBy, tries } = settlement.event;
    const event = this.events.get(externalId);
    if (event === undefined) return;
    const { lease } = event;
    const holds = lease?.worker === claimedBy && lease.tries === tries;
    // A lease that has ended holds until somebody claims again; either answer is right.
    const isOpen = holds && (lease?.endsAtMs ?? 0) <= nowMs;
    this.#violations.expect(
      'settled',
      isOpen || isKept === holds,
      () => `${externalId}: kept ${isKept}, held ${holds}`,
    );
    if (!isKept) return;
    event.lease = undefined;
    switch (settlement.to) {
      case 'translated':
      case 'failed':
      case 'unmatched':
        event.status = settlement.to;
        event.replay = undefined;
        return;
      case 'delayed':
        event.tries -= 1;
        event.dueAtMs = settlement.dueAt.getTime();
        return;
      case 'released':
        event.tries -= 1;
    }
  }

  /** By an operator: those that have ended go back in line. */
  replayed(events: readonly ModelEvent[], replay: ReplayScope, count: number): void {
    const ended = events.filter(({ status }) => status !== 'received');
    const isSo = count === ended.length;
    this.#violations.expect('lost', isSo, () => `${count} events of ${ended.length} are put in line for a replay`);
    for (const event of ended) Object.assign(event, { status: 'received', tries: 0, dueAtMs: 0, replay });
  }

  /** A gateway that has the store for itself ends them when it starts. */
  endAllLeases(): void {
    this.#endLeases(Number.POSITIVE_INFINITY);
  }

  count(status: EventStatus): number {
    return [...this.events.values()].filter((event) => event.status === status).length;
  }

  #endLeases(nowMs: number): void {
    for (const event of this.events.values()) {
      if (event.lease !== undefined && event.lease.endsAtMs <= nowMs) event.lease = undefined;
    }
  }
}

const withoutEndedLease = (event: ModelEvent, nowMs: number): ModelEvent =>
  event.lease !== undefined && event.lease.endsAtMs <= nowMs ? { ...event, lease: undefined } : event;

const isDue = ({ status, lease, dueAtMs }: ModelEvent, nowMs: number): boolean =>
  status === 'received' && lease === undefined && dueAtMs <= nowMs;
