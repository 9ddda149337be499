import type { Database } from 'better-sqlite3';
import type { Resolution } from '../../identity/resolve.ts';
import type { Clock } from '../../model/clock.ts';
import { GatewayError } from '../../model/error.ts';
import type { ClaimedEvent, Receipt, ReceivedRequest } from '../../model/event.ts';
import type { DeliveryId, EventId, ReplayId } from '../../model/id.ts';
import type { Identifier } from '../../model/identity.ts';
import type { Lane } from '../../model/lane.ts';
import type { Replay, ReplayFilter, ReplayOrder } from '../../model/replay.ts';
import type { AccessStore } from '../access.ts';
import type { ClaimAtOnce } from '../claim-at-once.ts';
import { claimedBy } from '../event-moves.ts';
import { pageOfEvents } from '../event-walk.ts';
import type { Cancellation, DeadFilter, Redelivery } from '../repair.ts';
import { toReplay } from '../replay-rows.ts';
import type {
  Damage,
  DeliveryClaim,
  DeliverySettlement,
  EventClaim,
  Purge,
  Stitching,
  Store,
  StoreCondition,
  TranslationSettlement,
} from '../store.ts';
import type { Tally } from '../tally.ts';
import { changeAccess, readAccess } from './access.ts';
import { Checkpoints } from './checkpoint.ts';
import { countWithin, findEvents } from './counts.ts';
import { Damages } from './damages.ts';
import { claimDeliveries, endAllDeliveryLeases, nextDeliveryAt } from './deliveries.ts';
import { type DiskSpace, reusableBytes } from './disk-space.ts';
import { eventReader } from './event-pages.ts';
import { claimEvents, endAllEventLeases, nextEventAt, recordRequest, settleTranslation } from './events.ts';
import { examineApart } from './examining.ts';
import { storeFault, unavailable } from './fault.ts';
import { Forgetting } from './forget.ts';
import { GroupCommit, type Work } from './group-commit.ts';
import { getDelivery, getEvent, stats } from './history.ts';
import { resolveNow, stitch } from './identities.ts';
import { readLane, readLanes, writeLane } from './lanes.ts';
import { listDeliveries } from './pages.ts';
import { findIdentifiers, findPerson } from './people.ts';
import { cancelDeliveries, cancelFirst, countDead, problems, redeliver } from './problems.ts';
import { purge } from './purge.ts';
import { RecentContents, waitingOf } from './recent.ts';
import { continueReplays, countReplayable, nextReplayAt, replayCandidates, startReplay } from './replays.ts';
import { series } from './series.ts';
import { settleAll } from './settle-all.ts';
import { prepareStatements, type Statements } from './statements.ts';

interface SqliteParts {
  readonly clock: Clock;
  readonly releaseLock: () => void;
  /** Undefined where the space on the disk is nobody's concern. */
  readonly space?: DiskSpace | undefined;
  /** Told of each thing that is not what was written. */
  readonly damaged?: ((damage: Damage) => void) | undefined;
}

/** The store in one file, for one process: writes share commits, reads answer at once. */
export class SqliteStore implements Store {
  readonly clock: Clock;
  readonly isShared = false;
  readonly access: AccessStore = {
    read: async () => this.#read(() => readAccess(this.#sql)),
    change: (change) => this.#commit.write(() => changeAccess(this.#sql, change)),
  };
  readonly #db: Database;
  readonly #sql: Statements;
  readonly #checkpoints: Checkpoints;
  readonly #commit: GroupCommit;
  readonly #forgetting: Forgetting;
  readonly #space: DiskSpace | undefined;
  readonly #damages: Damages;
  readonly #releaseLock: () => void;
  readonly #recent = new RecentContents();
  #examined: StoreCondition['examined'] = null;
  #looking = new AbortController();
  /** Under way. */
  #forgets = 0;
  #closed: Promise<void> | undefined;

  constructor(db: Database, { clock, releaseLock, space, damaged = () => undefined }: SqliteParts) {
    this.clock = clock;
    this.#db = db;
    this.#sql = prepareStatements(db);
    this.#space = space;
    this.#damages = new Damages(db, damaged);
    this.#checkpoints = new Checkpoints(db);
    this.#commit = new GroupCommit(db, this.#sql.tally, {
      makeSpace: () => space?.release() ?? false,
      committed: () => this.#checkpoints.committed(),
      quiet: () => this.#checkpoints.quiet(),
    });
    this.#forgetting = new Forgetting(db, this.#sql, this.#commit);
    this.#releaseLock = releaseLock;
  }

  /** Whoever held a lease before this process opened the file is gone: it is the only one that may. */
  async endLeasesOfTheDead(now: Date): Promise<void> {
    await this.#write((care) => (tally) => {
      endAllEventLeases(this.#sql, care);
      endAllDeliveryLeases(this.#sql, { ...care, now }, tally);
    });
  }

  async recordRequest(request: ReceivedRequest, atOnce?: ClaimAtOnce): Promise<Receipt> {
    const { isSentOnce = false, body } = request;
    // Without a wait where there is nothing to wait for: what was taken before the store closes is written.
    if (this.#space !== undefined)
      await this.#space.admit({ isSentOnce, reusableBytes: () => reusableBytes(this.#db) });
    // While a person is forgotten, what tells of them is read from what is stored.
    const claim = () => (this.#forgets === 0 && atOnce?.isWanted() === true ? atOnce : undefined);
    const size = { events: request.events.length, isSentOnce };
    const recordBy = (claiming: () => ClaimAtOnce | undefined) => {
      const work = (tally: Tally) => recordRequest(this.#sql, { received: request, atOnce: claiming() }, tally);
      return this.#commit.writeIfRoom(work, body.byteLength, size);
    };
    // Damage of what waits before it keeps no sender out.
    const recorded = await recordBy(claim).catch((error: unknown) => {
      if (atOnce === undefined || !isUnsafe(error)) throw error;
      return recordBy(() => undefined);
    });
    const waiting = waitingOf(recorded, request.headers);
    if (recorded.claimedBy === null) this.#recent.recorded(waiting);
    else if (waiting.events.length > 0) atOnce?.claimed(waiting.events.map(claimedBy(recorded.claimedBy)));
    return recorded.receipt;
  }

  async claimEvents(claim: EventClaim): Promise<readonly ClaimedEvent[]> {
    const recent = this.#recent.events;
    return this.#write((care) => (tally) => claimEvents(this.#sql, { ...claim, ...care, recent }, tally));
  }

  async settleTranslations(settlements: readonly TranslationSettlement[]): Promise<readonly boolean[]> {
    const works = settlements.map((one) => (tally: Tally) => settleTranslation(this.#sql, one, tally));
    const queued = await this.#commit.writeEach(works);
    this.#recent.translated(settlements);
    for (const deliveries of queued) this.#recent.queued(deliveries ?? []);
    return queued.map((deliveries) => deliveries !== undefined);
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

  async findPerson(identifier: Identifier): ReturnType<Store['findPerson']> {
    return this.#read(() => findPerson(this.#sql, identifier));
  }

  async forget(identifier: Identifier): ReturnType<Store['forget']> {
    // Who reads for long keeps what was deleted in the log.
    this.#looking.abort();
    this.#looking = new AbortController();
    this.#forgets += 1;
    // Contents may tell of the person: until all of it is erased they are read from what is stored, and so changed.
    this.#recent.suspend();
    try {
      return await this.#forgetting.forget(identifier);
    } catch (error) {
      // Callers know our faults, not SQLite's codes.
      throw this.#db.open ? storeFault(error) : unavailable(error);
    } finally {
      this.#forgets -= 1;
      if (this.#forgets === 0) this.#recent.resume();
    }
  }

  async claimDeliveries(claim: DeliveryClaim): ReturnType<Store['claimDeliveries']> {
    const recent = this.#recent.deliveriesTo(claim.destination);
    return this.#write((care) => (tally) => claimDeliveries(this.#sql, { ...claim, ...care, recent }, tally));
  }

  async settleDeliveries({
    destination,
    settlements,
    observe,
  }: DeliverySettlement): ReturnType<Store['settleDeliveries']> {
    const shown = settlements.map((one) => this.#forgetting.withoutForgotten(one));
    const settling = { commit: this.#commit, sql: this.#sql, damages: this.#damages };
    const [kept, lane] = await Promise.all([
      settleAll(settling, destination, shown),
      this.changeLane(destination, observe),
    ]);
    this.#recent.settled(destination, settlements);
    return { kept, lane };
  }

  async lanes(): Promise<readonly Lane[]> {
    return this.#read(() => readLanes(this.#sql));
  }

  async changeLane(destination: string, change: (lane: Lane) => Lane): Promise<Lane> {
    return this.#commit.write(() => {
      const lane = readLane(this.#sql, destination, this.clock.now());
      return writeLane(this.#sql, lane, this.#forgetting.laneWithoutForgotten(change(lane)));
    });
  }

  async nextDueAt(work: Parameters<Store['nextDueAt']>[0]): Promise<Date | null> {
    return this.#read(() => {
      switch (work.kind) {
        case 'events':
          return nextEventAt(this.#sql, this.#damages);
        case 'deliveries':
          return nextDeliveryAt(this.#sql, work.destination, this.#damages);
        case 'replays':
          return nextReplayAt(this.#sql);
      }
    });
  }

  async problems(): ReturnType<Store['problems']> {
    return this.#read(() => problems(this.#sql));
  }

  async countDead(filter: DeadFilter): ReturnType<Store['countDead']> {
    return this.#read(() => countDead(this.#sql, filter));
  }

  async redeliver(redelivery: Redelivery): ReturnType<Store['redeliver']> {
    return this.#commit.write((tally) => redeliver(this.#sql, redelivery, tally));
  }

  async cancelDeliveries(ids: readonly DeliveryId[], now: Date): ReturnType<Store['cancelDeliveries']> {
    // What is cancelled is claimed by nobody and would keep its room; telling which it is is not worth it, as it is rare.
    this.#recent.clear();
    return this.#commit.write((tally) => cancelDeliveries(this.#sql, { ids, now }, tally));
  }

  async cancelFirst(cancellation: Cancellation): ReturnType<Store['cancelFirst']> {
    this.#recent.clear();
    return this.#commit.write((tally) => cancelFirst(this.#sql, cancellation, tally));
  }

  async replayCandidates(...page: Parameters<Store['replayCandidates']>): ReturnType<Store['replayCandidates']> {
    return this.#read(() => replayCandidates(this.#sql, ...page));
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

  async getEvent(id: EventId): ReturnType<Store['getEvent']> {
    return this.#read(() => getEvent(this.#sql, id, this.#damages));
  }

  async listEvents(...[filter, page]: Parameters<Store['listEvents']>): ReturnType<Store['listEvents']> {
    return this.#read(() => pageOfEvents(eventReader(this.#sql), filter, page));
  }

  async findEvents(name: string): ReturnType<Store['findEvents']> {
    return this.#read(() => findEvents(this.#sql, name));
  }

  async countWithin(...[within]: Parameters<Store['countWithin']>): ReturnType<Store['countWithin']> {
    return this.#read(() => countWithin(this.#sql, within));
  }

  async getDelivery(id: DeliveryId): ReturnType<Store['getDelivery']> {
    return this.#read(() => getDelivery(this.#sql, id, this.#damages));
  }

  async listDeliveries(...page: Parameters<Store['listDeliveries']>): ReturnType<Store['listDeliveries']> {
    return this.#read(() => listDeliveries(this.#sql, ...page));
  }

  async stats(): ReturnType<Store['stats']> {
    return this.#read(() => stats(this.#sql));
  }

  async series(range: Parameters<Store['series']>[0]): ReturnType<Store['series']> {
    return this.#read(() => series(this.#sql, range));
  }

  async recordRefusals(...[refusals, now]: Parameters<Store['recordRefusals']>): Promise<void> {
    await this.#commit.write((tally) => tally.refused(refusals, now));
  }

  async purge(order: Purge): ReturnType<Store['purge']> {
    await this.#space?.tend();
    return purge(this.#commit, { sql: this.#sql, order, damages: this.#damages });
  }

  async condition(): Promise<StoreCondition> {
    return {
      damages: this.#damages.all,
      examined: this.#examined,
      disk: this.#space === undefined ? null : await this.#space.state(),
    };
  }

  async examine(stop: AbortSignal): Promise<boolean> {
    if (this.#forgets > 0) return false;
    const findings = await examineApart(this.#db.name, AbortSignal.any([stop, this.#looking.signal]));
    if (findings === undefined) return false;
    this.#damages.replace(findings.damages);
    this.#examined = { endedAt: this.clock.now(), rows: findings.rows };
    return true;
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
    await this.#checkpoints.stop();
    try {
      // Leaves one complete file behind: a copy of it without its log would lack what was written last.
      this.#db.pragma('wal_checkpoint(TRUNCATE)');
    } finally {
      this.#db.close();
      this.#forgetting.close();
      this.#releaseLock();
    }
    await this.#space?.close();
  }

  /** What meets damage is done once more, row by row: then only the damaged rows are left out. */
  async #write<T>(work: (care: { readonly damages: Damages; readonly isCareful: boolean }) => Work<T>): Promise<T> {
    const damages = this.#damages;
    try {
      return await this.#commit.write(work({ damages, isCareful: damages.isAnySetAside }));
    } catch (error) {
      if (!isUnsafe(error)) throw error;
      return await this.#commit.write(work({ damages, isCareful: true }));
    }
  }

  async #read<T>(query: () => T | Promise<T>): Promise<T> {
    try {
      return await query();
    } catch (error) {
      // Callers know our faults, not SQLite's codes.
      throw this.#db.open ? storeFault(error) : unavailable(error);
    }
  }
}

const isUnsafe = (error: unknown): boolean => error instanceof GatewayError && error.code === 'STORE_UNSAFE';
