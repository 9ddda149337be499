import type { Database } from 'better-sqlite3';
import type { Resolution } from '../../identity/resolve.ts';
import type { Clock } from '../../model/clock.ts';
import type { ClaimedEvent, Receipt, ReceivedRequest } from '../../model/event.ts';
import type { DeliveryId, EventId, ReplayId } from '../../model/id.ts';
import type { Identifier } from '../../model/identity.ts';
import type { Lane } from '../../model/lane.ts';
import type { Forgotten, Person } from '../../model/person.ts';
import type { Replay, ReplayFilter, ReplayOrder } from '../../model/replay.ts';
import type { DeadCount, DeadFilter, MovedDelivery, Problems, Redelivery, ReplayCandidates } from '../repair.ts';
import { toReplay } from '../replay-rows.ts';
import type {
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
import { claimDeliveries, endAllDeliveryLeases, nextDeliveryAt, settleDelivery } from './deliveries.ts';
import { claimEvents, endAllEventLeases, nextEventAt, recordRequest, settleTranslation } from './events.ts';
import { storeFault, unavailable } from './fault.ts';
import { Forgetting } from './forget.ts';
import { GroupCommit } from './group-commit.ts';
import { getDelivery, getEvent, stats } from './history.ts';
import { resolveNow, stitch } from './identities.ts';
import { readLane, readLanes, writeLane } from './lanes.ts';
import { listDeliveries, listEvents } from './pages.ts';
import { findIdentifiers, findPerson } from './people.ts';
import { cancelDeliveries, countDead, problems, redeliver } from './problems.ts';
import { continueReplays, countReplayable, nextReplayAt, replayCandidates, startReplay } from './replays.ts';
import { prepareStatements, type Statements } from './statements.ts';

/** The store in one file, for one process: writes share commits, reads answer at once. */
export class SqliteStore implements Store {
  readonly clock: Clock;
  readonly isShared = false;
  readonly #db: Database;
  readonly #sql: Statements;
  readonly #commit: GroupCommit;
  readonly #forgetting: Forgetting;
  readonly #releaseLock: () => void;
  #closed: Promise<void> | undefined;

  constructor(db: Database, clock: Clock, releaseLock: () => void) {
    this.clock = clock;
    this.#db = db;
    this.#sql = prepareStatements(db);
    this.#commit = new GroupCommit(db, this.#sql.tally);
    this.#forgetting = new Forgetting(db, this.#sql, this.#commit);
    this.#releaseLock = releaseLock;
  }

  /** Whoever held a lease before this process opened the file is gone: it is the only one that may. */
  async endLeasesOfTheDead(now: Date): Promise<void> {
    await this.#commit.write((tally) => {
      endAllEventLeases(this.#sql);
      endAllDeliveryLeases(this.#sql, now, tally);
    });
  }

  async recordRequest(request: ReceivedRequest): Promise<Receipt> {
    return this.#commit.writeIfRoom((tally) => recordRequest(this.#sql, request, tally), request.body.byteLength);
  }

  async claimEvents(claim: EventClaim): Promise<readonly ClaimedEvent[]> {
    return this.#commit.write(() => claimEvents(this.#sql, claim));
  }

  async settleTranslations(settlements: readonly TranslationSettlement[]): Promise<readonly boolean[]> {
    return this.#commit.writeEach(settlements.map((one) => (tally) => settleTranslation(this.#sql, one, tally)));
  }

  async stitch(stitchings: readonly Stitching[]): Promise<readonly Resolution[]> {
    return this.#commit.write(() => stitchings.map((one) => stitch(this.#sql, one)));
  }

  async resolve(items: readonly (readonly Identifier[])[]): Promise<readonly Resolution[]> {
    return this.#read(() => items.map((identifiers) => resolveNow(this.#sql, identifiers)));
  }

  async findIdentifiers(text: string): Promise<readonly Identifier[]> {
    return this.#read(() => findIdentifiers(this.#sql, text));
  }

  async findPerson(identifier: Identifier): Promise<Person | undefined> {
    return this.#read(() => findPerson(this.#sql, identifier));
  }

  async forget(identifier: Identifier): Promise<Forgotten> {
    try {
      return await this.#forgetting.forget(identifier);
    } catch (error) {
      // Callers know our faults, not SQLite's codes.
      throw this.#db.open ? storeFault(error) : unavailable(error);
    }
  }

  async claimDeliveries(claim: DeliveryClaim): Promise<ClaimedDeliveries> {
    return this.#commit.write((tally) => claimDeliveries(this.#sql, claim, tally));
  }

  async settleDeliveries({ destination, settlements, observe }: DeliverySettlement): Promise<SettledDeliveries> {
    const shown = settlements.map((one) => this.#forgetting.withoutForgotten(one));
    const [kept, lane] = await Promise.all([
      this.#commit.writeEach(shown.map((one) => (tally) => settleDelivery(this.#sql, one, tally))),
      this.changeLane(destination, observe),
    ]);
    return { kept, lane };
  }

  async lanes(): Promise<readonly Lane[]> {
    return this.#read(() => readLanes(this.#sql));
  }

  async changeLane(destination: string, change: (lane: Lane) => Lane): Promise<Lane> {
    return this.#commit.write(() => {
      const lane = readLane(this.#sql, destination, this.clock.now());
      return writeLane(this.#sql, lane, change(lane));
    });
  }

  async nextDueAt(work: Parameters<Store['nextDueAt']>[0]): Promise<Date | null> {
    return this.#read(() => {
      switch (work.kind) {
        case 'events':
          return nextEventAt(this.#sql);
        case 'deliveries':
          return nextDeliveryAt(this.#sql, work.destination);
        case 'replays':
          return nextReplayAt(this.#sql);
      }
    });
  }

  async problems(): Promise<Problems> {
    return this.#read(() => problems(this.#sql));
  }

  async countDead(filter: DeadFilter): Promise<readonly DeadCount[]> {
    return this.#read(() => countDead(this.#sql, filter));
  }

  async redeliver(redelivery: Redelivery): Promise<readonly MovedDelivery[]> {
    return this.#commit.write((tally) => redeliver(this.#sql, redelivery, tally));
  }

  async cancelDeliveries(ids: readonly DeliveryId[], now: Date): Promise<readonly MovedDelivery[]> {
    return this.#commit.write((tally) => cancelDeliveries(this.#sql, { ids, now }, tally));
  }

  async replayCandidates(
    filter: ReplayFilter,
    page: Parameters<Store['replayCandidates']>[1],
  ): Promise<ReplayCandidates> {
    return this.#read(() => replayCandidates(this.#sql, filter, page));
  }

  async countReplayable(filter: ReplayFilter): ReturnType<Store['countReplayable']> {
    return this.#read(() => countReplayable(this.#sql, filter));
  }

  async startReplay(order: ReplayOrder, now: Date): Promise<Replay> {
    return this.#commit.write(() => startReplay(this.#sql, order, now));
  }

  async continueReplays(now: Date): Promise<number> {
    return this.#commit.write((tally) => continueReplays(this.#sql, now, tally));
  }

  async getReplay(id: ReplayId): Promise<Replay | undefined> {
    return this.#read(() => this.#sql.replays.byId.all(id).map(toReplay)[0]);
  }

  async listReplays(): Promise<readonly Replay[]> {
    return this.#read(() => this.#sql.replays.newest.all().map(toReplay));
  }

  async cancelReplay(id: ReplayId, now: Date): Promise<boolean> {
    return this.#commit.write(() => this.#sql.replays.cancel.run({ id, now: now.getTime() }).changes > 0);
  }

  async getEvent(id: EventId): Promise<EventDetail | undefined> {
    return this.#read(() => getEvent(this.#sql, id));
  }

  async listEvents(filter: EventFilter, page: PageRequest): Promise<Page<EventSummary>> {
    return this.#read(() => listEvents(this.#sql, filter, page));
  }

  async getDelivery(id: DeliveryId): Promise<DeliveryDetail | undefined> {
    return this.#read(() => getDelivery(this.#sql, id));
  }

  async listDeliveries(filter: DeliveryFilter, page: PageRequest): Promise<Page<DeliverySummary>> {
    return this.#read(() => listDeliveries(this.#sql, filter, page));
  }

  async stats(): Promise<Stats> {
    return this.#read(() => stats(this.#sql));
  }

  async ping(): Promise<void> {
    await this.#commit.write(() => this.#sql.beat.run());
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await this.#commit.drained();
    try {
      // Leaves one complete file behind: a copy of it without its log would lack what was written last.
      this.#db.pragma('wal_checkpoint(TRUNCATE)');
    } finally {
      this.#db.close();
      this.#forgetting.close();
      this.#releaseLock();
    }
  }

  #read<T>(query: () => T): T {
    try {
      return query();
    } catch (error) {
      // Callers know our faults, not SQLite's codes.
      throw this.#db.open ? storeFault(error) : unavailable(error);
    }
  }
}
