import type { Resolution } from '../../identity/resolve.ts';
import type { Clock } from '../../model/clock.ts';
import { GatewayError } from '../../model/error.ts';
import type { ClaimedEvent, Receipt, ReceivedRequest } from '../../model/event.ts';
import type { DeliveryId, EventId, ReplayId } from '../../model/id.ts';
import type { Identifier } from '../../model/identity.ts';
import type { Lane } from '../../model/lane.ts';
import type { Replay, ReplayFilter, ReplayOrder } from '../../model/replay.ts';
import type { AccessStore } from '../access.ts';
import { pageOfEvents } from '../event-walk.ts';
import { FoundDamages } from '../found-damages.ts';
import type { Cancellation, DeadCount, DeadFilter, MovedDelivery, Problems, Redelivery } from '../repair.ts';
import { newReplay } from '../replay-rows.ts';
import type {
  Claim,
  ClaimedDeliveries,
  Damage,
  DeliveryClaim,
  DeliverySettlement,
  EventClaim,
  Purge,
  Purged,
  SettledDeliveries,
  Stitching,
  Store,
  StoreCondition,
  TranslationSettlement,
} from '../store.ts';
import { Tally } from '../tally.ts';
import { changeAccess, readAccess } from './access.ts';
import type { Connections, Transaction } from './connections.ts';
import { countWithin, findEvents } from './counts.ts';
import { claimDeliveries, type LaneStepEnd, nextDeliveryAt } from './deliveries.ts';
import { eventReader } from './event-pages.ts';
import { claimEvents, nextEventAt } from './events.ts';
import { examineAlone } from './examine-alone.ts';
import { storeFault } from './fault.ts';
import { Forgetting } from './forget.ts';
import { getDelivery, getEvent, stats } from './history.ts';
import { resolveAll, stitch } from './identities.ts';
import { readLanes } from './lanes.ts';
import { accessLock, laneLock, replayLock, seriesLock, stitchLock } from './locks.ts';
import { LostClaims } from './lost-claims.ts';
import { listDeliveries } from './pages.ts';
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
import { locksOfDue, type MaybeDue, maybeDue, purge } from './purge.ts';
import { RecentContents } from './recent.ts';
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
import { foldSeries, series } from './series.ts';
import { writeTally } from './tally.ts';
import { endUnreadableDeliveries, endUnreadableEvents, postponeUnerasable } from './unreadable.ts';
import { WriteGroups } from './write-groups.ts';

export const pulseSql = { beat: 'update pulse set beats = beats + 1' };

interface PostgresParts {
  readonly clock: Clock;
  /** Told of each thing stored that is not what was written. */
  readonly damaged?: ((damage: Damage) => void) | undefined;
}

/** The store in a database server, for any number of processes: writes of the same kind share commits. */
export class PostgresStore implements Store {
  readonly clock: Clock;
  readonly isShared = true;
  readonly access: AccessStore = {
    read: () => this.#connections.snapshot(readAccess),
    change: (change) => this.#work([accessLock], (tx) => changeAccess(tx, change)),
  };
  readonly #connections: Connections;
  readonly #recent = new RecentContents();
  readonly #groups: WriteGroups;
  readonly #presence: Presence;
  readonly #lostClaims = new LostClaims();
  readonly #forgetting: Forgetting;
  readonly #damages: FoundDamages;
  #examined: StoreCondition['examined'] = null;
  readonly #underWay = new Set<Promise<unknown>>();
  #closed: Promise<void> | undefined;

  constructor(connections: Connections, { clock, damaged }: PostgresParts) {
    this.#damages = new FoundDamages(damaged ?? (() => undefined));
    this.clock = clock;
    this.#connections = connections;
    this.#forgetting = new Forgetting(connections, clock);
    this.#presence = new Presence({ connections, clock });
    this.#groups = new WriteGroups({ connections, clock, recent: this.#recent });
  }

  async recordRequest(request: ReceivedRequest): Promise<Receipt> {
    return this.#groups.recording.addIfRoom(request, request.body.byteLength);
  }

  async claimEvents(claim: EventClaim): Promise<readonly ClaimedEvent[]> {
    const recent = this.#recent.events;
    return this.#beside(
      () => this.#claim(claim, [], (tx) => claimEvents(tx, { ...claim, recent }, this.#damages)),
      () => this.#work([], (tx) => endUnreadableEvents(tx, claim, this.#damages)),
    );
  }

  async settleTranslations(settlements: readonly TranslationSettlement[]): Promise<readonly boolean[]> {
    return this.#groups.translating.addEach(settlements);
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

  async findPerson(identifier: Identifier): ReturnType<Store['findPerson']> {
    return this.#connections.snapshot((read) => findPerson(read, identifier));
  }

  async forget(identifier: Identifier): ReturnType<Store['forget']> {
    try {
      return await this.#forgetting.forget(identifier);
    } catch (error) {
      throw storeFault(error);
    } finally {
      this.#recent.clear();
    }
  }

  async claimDeliveries(claim: DeliveryClaim): Promise<ClaimedDeliveries> {
    const locks = [laneLock(claim.destination)];
    const recent = this.#recent.deliveriesTo(claim.destination);
    return this.#beside(
      () => this.#claim(claim, locks, (tx) => claimDeliveries(tx, { ...claim, recent }, this.#damages)),
      () => this.#work(locks, (tx) => endUnreadableDeliveries(tx, claim, this.#damages)),
    );
  }

  async settleDeliveries({ destination, settlements, observe }: DeliverySettlement): Promise<SettledDeliveries> {
    const lane = this.#groups.lane(destination);
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
    return laneOf(await this.#groups.lane(destination).add({ kind: 'change', change }));
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

  async replayCandidates(...page: Parameters<Store['replayCandidates']>): ReturnType<Store['replayCandidates']> {
    return this.#connections.snapshot((read) => replayCandidates(read, ...page));
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

  async getEvent(id: EventId): ReturnType<Store['getEvent']> {
    return this.#connections.snapshot((read) => getEvent(read, id, this.#damages));
  }

  async listEvents(...[filter, page]: Parameters<Store['listEvents']>): ReturnType<Store['listEvents']> {
    return this.#connections.snapshot((read) => pageOfEvents(eventReader(read), filter, page));
  }

  async findEvents(name: string): ReturnType<Store['findEvents']> {
    return this.#connections.snapshot((read) => findEvents(read, name));
  }

  async countWithin(...[within]: Parameters<Store['countWithin']>): ReturnType<Store['countWithin']> {
    return this.#connections.snapshot((read) => countWithin(read, within));
  }

  async getDelivery(id: DeliveryId): ReturnType<Store['getDelivery']> {
    return this.#connections.snapshot((read) => getDelivery(read, id, this.#damages));
  }

  async listDeliveries(...page: Parameters<Store['listDeliveries']>): ReturnType<Store['listDeliveries']> {
    return this.#connections.snapshot((read) => listDeliveries(read, ...page));
  }

  async stats(): ReturnType<Store['stats']> {
    return this.#connections.snapshot(stats);
  }

  async series(range: Parameters<Store['series']>[0]): ReturnType<Store['series']> {
    return this.#connections.snapshot((read) => series(read, range));
  }

  async recordRefusals(...[refusals, now]: Parameters<Store['recordRefusals']>): Promise<void> {
    const tally = new Tally();
    tally.refused(refusals, now);
    await this.#work([], async (tx) => writeTally(tx, tally));
  }

  async purge(order: Purge): Promise<Purged> {
    const purged = await this.#beside(
      () => this.#purging(order, (tx, maybe) => purge(tx, order, maybe)),
      async () => {
        const unerasable = await this.#purging(order, (tx, maybe) => postponeUnerasable(tx, order, maybe));
        for (const seq of unerasable) this.#damages.report({ place: `event number ${seq}`, what: 'cannot be erased' });
      },
    );
    const isFolded = await this.#work([seriesLock], (tx) => foldSeries(tx, order.now));
    return { ...purged, isAll: purged.isAll && isFolded };
  }

  async condition(): Promise<StoreCondition> {
    return { damages: this.#damages.all, examined: this.#examined, disk: null };
  }

  async examine(stop: AbortSignal): Promise<boolean> {
    if (stop.aborted) return false;
    const findings = await examineAlone(this.#connections, stop);
    if (findings === undefined) return false;
    this.#damages.replace(findings.damages);
    this.#examined = { endedAt: this.clock.now(), rows: findings.rows };
    return true;
  }

  async ping(): Promise<void> {
    await this.#connections.write({ purpose: 'receiving' }, (tx) => tx.rows(pulseSql.beat));
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await this.#groups.drained();
    await Promise.allSettled(this.#underWay);
    await this.#presence.close();
    await this.#connections.close();
    this.#recent.clear();
  }

  async #purging<T>(order: Purge, work: (tx: Transaction, maybe: MaybeDue) => Promise<T>): Promise<T> {
    const maybe = await this.#connections.snapshot((read) => maybeDue(read, order));
    return this.#work(locksOfDue(maybe), (tx) => work(tx, maybe));
  }

  /** What meets damage is done again when what is damaged is out of its way. */
  async #beside<T>(work: () => Promise<T>, endDamaged: () => Promise<void>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof GatewayError && error.code === 'STORE_UNSAFE')) throw error;
      await endDamaged();
      return await work();
    }
  }

  /** Leases are held by those that others can see, and that know of them. */
  async #claim<T>(
    claim: Claim | DeliveryClaim,
    locks: readonly bigint[],
    work: (tx: Transaction) => Promise<T>,
  ): Promise<T> {
    try {
      await this.#presence.show(claim.worker);
    } catch (error) {
      throw storeFault(error);
    }
    return this.#lostClaims.during(claim, (tracked) => this.#work(locks, (tx) => tracked(tx, work)));
  }

  #work<T>(locks: readonly bigint[], work: (tx: Transaction) => Promise<T>): Promise<T> {
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
