import type { Resolution } from '../../identity/resolve.ts';
import type { Clock } from '../../model/clock.ts';
import type { ClaimedEvent, Receipt, ReceivedRequest } from '../../model/event.ts';
import type { DeliveryId, EventId, ReplayId } from '../../model/id.ts';
import type { Identifier } from '../../model/identity.ts';
import type { Lane } from '../../model/lane.ts';
import type { Forgotten, Person } from '../../model/person.ts';
import type { Replay, ReplayFilter, ReplayOrder } from '../../model/replay.ts';
import type {
  Cancellation,
  DeadCount,
  DeadFilter,
  MovedDelivery,
  Problems,
  Redelivery,
  ReplayCandidates,
} from '../repair.ts';
import { newReplay } from '../replay-rows.ts';
import type {
  Claim,
  ClaimedDeliveries,
  DeliveryClaim,
  DeliveryDetail,
  DeliveryFilter,
  DeliverySettlement,
  DeliverySummary,
  EventClaim,
  EventDetail,
  EventFilter,
  EventSummary,
  Page,
  PageRequest,
  SettledDeliveries,
  Stats,
  Stitching,
  Store,
  TranslationSettlement,
} from '../store.ts';
import type { Connections, Queries } from './connections.ts';
import { claimDeliveries, type LaneStep, type LaneStepEnd, nextDeliveryAt, takeSteps } from './deliveries.ts';
import { claimEvents, nextEventAt, recordRequests } from './events.ts';
import { storeFault } from './fault.ts';
import { Forgetting } from './forget.ts';
import { GroupCommit } from './group-commit.ts';
import { getDelivery, getEvent, stats } from './history.ts';
import { resolveAll, stitch } from './identities.ts';
import { readLanes } from './lanes.ts';
import { laneLock, replayLock, stitchLock } from './locks.ts';
import { LostClaims } from './lost-claims.ts';
import { listDeliveries, listEvents } from './pages.ts';
import { findIdentifiers, findPerson } from './people.ts';
import { Presence } from './presence.ts';
import {
  cancelDeliveries,
  cancelFirst,
  countDead,
  locksOfDead,
  locksOfDeliveries,
  problems,
  redeliver,
} from './problems.ts';
import {
  cancelReplay,
  continueReplay,
  countReplayable,
  dueReplays,
  getReplay,
  insertReplay,
  listReplays,
  nextReplayAt,
  replayCandidates,
} from './replays.ts';
import { locksOf, settleTranslations } from './translations.ts';
import { Watches } from './watches.ts';

export const pulseSql = { beat: 'update pulse set beats = beats + 1' };

/** The store in a database server, for any number of processes: writes of the same kind share commits. */
export class PostgresStore implements Store {
  readonly clock: Clock;
  readonly isShared = true;
  readonly #connections: Connections;
  readonly #recording: GroupCommit<ReceivedRequest, Receipt>;
  readonly #translating: GroupCommit<TranslationSettlement, boolean>;
  readonly #lanes = new Map<string, GroupCommit<LaneStep, LaneStepEnd>>();
  readonly #watches = new Watches();
  readonly #presence: Presence;
  readonly #lostClaims = new LostClaims();
  readonly #forgetting: Forgetting;
  readonly #underWay = new Set<Promise<unknown>>();
  #closed: Promise<void> | undefined;

  constructor(connections: Connections, clock: Clock) {
    this.clock = clock;
    this.#connections = connections;
    this.#forgetting = new Forgetting(connections, clock);
    this.#presence = new Presence({ connections, clock });
    this.#recording = new GroupCommit({
      commit: (requests) => connections.write({ purpose: 'receiving' }, (tx) => recordRequests(tx, requests)),
      atOnce: 2,
      most: 200,
    });
    this.#translating = new GroupCommit({
      commit: (settlements) =>
        connections.write({ purpose: 'working', locks: locksOf(settlements) }, (tx) =>
          settleTranslations(tx, settlements),
        ),
      atOnce: 1,
      most: 500,
    });
  }

  async recordRequest(request: ReceivedRequest): Promise<Receipt> {
    return this.#recording.addIfRoom(request, request.body.byteLength);
  }

  async claimEvents(claim: EventClaim): Promise<readonly ClaimedEvent[]> {
    return this.#claim(claim, [], (tx) => claimEvents(tx, claim));
  }

  async settleTranslations(settlements: readonly TranslationSettlement[]): Promise<readonly boolean[]> {
    return this.#translating.addEach(settlements);
  }

  async stitch(stitchings: readonly Stitching[]): Promise<readonly Resolution[]> {
    return this.#work([stitchLock], (tx) => stitch(tx, stitchings));
  }

  async resolve(items: readonly (readonly Identifier[])[]): Promise<readonly Resolution[]> {
    return this.#connections.snapshot((read) => resolveAll(read, items));
  }

  async findIdentifiers(text: string): Promise<readonly Identifier[]> {
    return this.#connections.snapshot((read) => findIdentifiers(read, text));
  }

  async findPerson(identifier: Identifier): Promise<Person | undefined> {
    return this.#connections.snapshot((read) => findPerson(read, identifier));
  }

  async forget(identifier: Identifier): Promise<Forgotten> {
    try {
      return await this.#forgetting.forget(identifier);
    } catch (error) {
      throw storeFault(error);
    }
  }

  async claimDeliveries(claim: DeliveryClaim): Promise<ClaimedDeliveries> {
    return this.#claim(claim, [laneLock(claim.destination)], (tx) => claimDeliveries(tx, claim));
  }

  async settleDeliveries({ destination, settlements, observe }: DeliverySettlement): Promise<SettledDeliveries> {
    const lane = this.#lane(destination);
    const [ends, changed] = await Promise.all([
      lane.addEach(settlements.map((settlement) => ({ kind: 'settle', settlement }))),
      lane.add({ kind: 'change', change: observe }),
    ]);
    return { kept: ends.map((end) => end.kind === 'settle' && end.isKept), lane: laneOf(changed) };
  }

  async lanes(): Promise<readonly Lane[]> {
    return this.#connections.snapshot(readLanes);
  }

  async changeLane(destination: string, change: (lane: Lane) => Lane): Promise<Lane> {
    return laneOf(await this.#lane(destination).add({ kind: 'change', change }));
  }

  async nextDueAt(work: Parameters<Store['nextDueAt']>[0]): Promise<Date | null> {
    const read = <T>(sql: string, values?: readonly unknown[]) => this.#connections.read<T>(sql, values);
    switch (work.kind) {
      case 'events':
        return nextEventAt(read);
      case 'deliveries':
        return nextDeliveryAt(read, work.destination);
      case 'replays':
        return nextReplayAt(read);
    }
  }

  async problems(): Promise<Problems> {
    return this.#connections.snapshot(problems);
  }

  async countDead(filter: DeadFilter): Promise<readonly DeadCount[]> {
    return this.#connections.longSnapshot((read) => countDead(read, filter));
  }

  async redeliver(redelivery: Redelivery): Promise<readonly MovedDelivery[]> {
    const locks = await this.#connections.snapshot((read) => locksOfDead(read, redelivery.which));
    return this.#work(locks, (tx) => redeliver(tx, redelivery));
  }

  async cancelDeliveries(ids: readonly DeliveryId[], now: Date): Promise<readonly MovedDelivery[]> {
    const locks = await this.#connections.snapshot((read) => locksOfDeliveries(read, ids));
    return this.#work(locks, (tx) => cancelDeliveries(tx, ids, now));
  }

  async cancelFirst(cancellation: Cancellation): Promise<readonly MovedDelivery[]> {
    return this.#work([laneLock(cancellation.filter.destination)], (tx) => cancelFirst(tx, cancellation));
  }

  async replayCandidates(
    filter: ReplayFilter,
    page: Parameters<Store['replayCandidates']>[1],
  ): Promise<ReplayCandidates> {
    return this.#connections.snapshot((read) => replayCandidates(read, filter, page));
  }

  async countReplayable(filter: ReplayFilter): ReturnType<Store['countReplayable']> {
    return this.#connections.longSnapshot((read) => countReplayable(read, filter));
  }

  async startReplay(order: ReplayOrder, now: Date): Promise<Replay> {
    const { filter, row } = newReplay(order, now);
    const { replayable } = await this.countReplayable(filter);
    return this.#work([], (tx) => insertReplay(tx, row, replayable));
  }

  async continueReplays(now: Date): Promise<number> {
    const due = await this.#connections.snapshot((read) => dueReplays(read, now));
    let count = 0;
    for (const seq of due) count += await this.#work([replayLock], (tx) => continueReplay(tx, seq, now));
    return count;
  }

  async getReplay(id: ReplayId): Promise<Replay | undefined> {
    return this.#connections.snapshot((read) => getReplay(read, id));
  }

  async listReplays(): Promise<readonly Replay[]> {
    return this.#connections.snapshot(listReplays);
  }

  async cancelReplay(id: ReplayId, now: Date): Promise<boolean> {
    return this.#work([replayLock], (tx) => cancelReplay(tx, id, now));
  }

  async getEvent(id: EventId): Promise<EventDetail | undefined> {
    return this.#connections.snapshot((read) => getEvent(read, id));
  }

  async listEvents(filter: EventFilter, page: PageRequest): Promise<Page<EventSummary>> {
    return this.#connections.snapshot((read) => listEvents(read, filter, page));
  }

  async getDelivery(id: DeliveryId): Promise<DeliveryDetail | undefined> {
    return this.#connections.snapshot((read) => getDelivery(read, id));
  }

  async listDeliveries(filter: DeliveryFilter, page: PageRequest): Promise<Page<DeliverySummary>> {
    return this.#connections.snapshot((read) => listDeliveries(read, filter, page));
  }

  async stats(): Promise<Stats> {
    return this.#connections.snapshot(stats);
  }

  async ping(): Promise<void> {
    await this.#connections.write({ purpose: 'receiving' }, (tx) => tx.rows(pulseSql.beat));
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await Promise.all([this.#recording, this.#translating, ...this.#lanes.values()].map((group) => group.drained()));
    await Promise.allSettled(this.#underWay);
    await this.#presence.close();
    await this.#connections.close();
  }

  /** One group for each destination: a lane whose lock is held elsewhere keeps no other waiting. */
  #lane(destination: string): GroupCommit<LaneStep, LaneStepEnd> {
    const known = this.#lanes.get(destination);
    if (known !== undefined) return known;
    const lane = new GroupCommit<LaneStep, LaneStepEnd>({
      commit: (steps) =>
        this.#connections.write({ purpose: 'working', locks: [laneLock(destination)] }, (tx) =>
          takeSteps(tx, { destination, steps, now: this.clock.now(), watches: this.#watches }),
        ),
      atOnce: 1,
      most: 500,
    });
    this.#lanes.set(destination, lane);
    return lane;
  }

  /** Leases are held by those that others can see, and that know of them. */
  async #claim<T>(
    claim: Claim | DeliveryClaim,
    locks: readonly bigint[],
    work: (tx: Queries) => Promise<T>,
  ): Promise<T> {
    try {
      await this.#presence.show(claim.worker);
    } catch (error) {
      throw storeFault(error);
    }
    return this.#lostClaims.during(claim, (tracked) => this.#work(locks, (tx) => tracked(tx, work)));
  }

  #work<T>(locks: readonly bigint[], work: (tx: Queries) => Promise<T>): Promise<T> {
    const working = this.#connections.write({ purpose: 'working', locks }, work);
    this.#underWay.add(working);
    return working.finally(() => this.#underWay.delete(working));
  }
}

/** A step that changes a lane ends with that lane. */
function laneOf(end: LaneStepEnd): Lane {
  if (end.kind === 'change') return end.lane;
  throw storeFault(end);
}
