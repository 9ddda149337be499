import { keyOf } from '../../identity/identifier.ts';
import { Traces } from '../../identity/traces.ts';
import { addMs, type Clock } from '../../model/clock.ts';
import type { EventId } from '../../model/id.ts';
import type { Identifier } from '../../model/identity.ts';
import type { Erased, Forgotten } from '../../model/person.ts';
import { allOf, everything, type KeptEvent, type KeptRequest, nothing, sum } from '../erasing.ts';
import { type Finding, findIn } from '../finding.ts';
import { Tally } from '../tally.ts';
import type { Connections, Queries, Transaction } from './connections.ts';
import { deliverySql } from './delivery-sql.ts';
import {
  type Erasing,
  eraseFindings,
  eraseLinks,
  findingsOf,
  type StoredAttempt,
  type StoredDelivery,
} from './erase.ts';
import { erasureSql, scanSql } from './erasure-sql.ts';
import { eraseFromLanes } from './lanes.ts';
import { laneLock, stitchLock } from './locks.ts';
import { knownOf, walkFrom } from './people.ts';
import { eraseFromFilters } from './replays.ts';
import { namesOf, writeTally } from './tally.ts';
import { watchSql } from './watches.ts';

/** Looked through in one transaction, at most. */
const page = { requests: 200, bytes: 4 * 1024 * 1024 };
/** Erased in one transaction. */
const eventsAtOnce = 50;
/** A watch outlives by this what was last done for it, should the process end in the middle. */
const watchMs = 600_000;

/**
 * Erases people. The links go last, so that after a crash in the middle the same identifier leads to the same person
 * again, and forgetting anew finishes it.
 */
export class Forgetting {
  readonly #connections: Connections;
  readonly #clock: Clock;

  constructor(connections: Connections, clock: Clock) {
    this.#connections = connections;
    this.#clock = clock;
  }

  async forget(identifier: Identifier): Promise<Forgotten> {
    const own = await this.#ownOf(identifier);
    const traces = await this.#tracesOf(own);
    const watch = await this.#watch(own);
    const erasure = { own, traces, watch, leasesEndMs: 0 };
    try {
      const linked = await this.#eraseLinked(erasure);
      const { erased, identifiers } = await this.#eraseFound(erasure);
      const remaining = await this.#wipe(traces);
      const { tooShort } = traces;
      return { ...sum(linked, erased), identifiers, isVerified: remaining.length === 0, remaining, tooShort };
    } finally {
      await this.#unwatch(erasure);
    }
  }

  /** Seen from what was asked for and from the user that it leads to: from one of them alone another may be too far. */
  #ownOf(identifier: Identifier): Promise<readonly Identifier[]> {
    return this.#connections.snapshot(async (read) => {
      const walked = await walkFrom(read, identifier, everything);
      const { user } = walked;
      const fromUser =
        user === undefined ? [] : [await walkFrom(read, { kind: 'user_id', value: user.id }, everything)];
      return allOf(identifier, [walked, ...fromUser]);
    });
  }

  async #tracesOf(own: readonly Identifier[]): Promise<Traces> {
    const rows = await this.#connections.read<Identifier & { source: string }>(erasureSql.sourcesOf, [
      own.map(({ kind }) => kind),
      own.map(({ value }) => value),
    ]);
    const sources = new Map(own.map((each) => [keyOf(each), new Set<string>()]));
    for (const row of rows) sources.get(keyOf(row))?.add(row.source);
    return new Traces(own, (each) => sources.get(keyOf(each)) ?? new Set());
  }

  /** From when it returns no answer is written any more without regard to them: each lane's lock was free in between. */
  async #watch(own: readonly Identifier[]): Promise<number> {
    const untilAt = addMs(this.#clock.now(), watchMs).getTime();
    const [row] = await this.#write([], ({ tx }) =>
      tx.rows<{ seq: number }>(watchSql.begin, [untilAt, JSON.stringify(own)]),
    );
    await this.#write(await this.#lanes(), async () => undefined);
    return row?.seq ?? 0;
  }

  /** Until the last of the leases ends that were held meanwhile. */
  async #unwatch(erasure: Erasure): Promise<void> {
    await this.#erase(erasure, [], async ({ tx }) => {
      const { watch, leasesEndMs } = erasure;
      if (leasesEndMs === 0) await tx.rows(watchSql.end, [watch]);
      else await tx.rows(watchSql.keep, [watch, leasesEndMs]);
    });
  }

  /** Notes the leases before anything is erased: an answer comes all the same for what is gone. */
  async #erase<T>(
    erasure: Erasure,
    locks: readonly bigint[],
    work: (writing: { tx: Transaction; tally: Tally }) => Promise<T>,
  ): Promise<T> {
    return this.#write(locks, async (writing) => {
      const { tx } = writing;
      const names = await namesOf((sql, values) => tx.rows(sql, values), 'delivery');
      const [row] = await tx.rows<{ ends_at: number | null }>(deliverySql.lastLeaseEnd, [names]);
      erasure.leasesEndMs = Math.max(erasure.leasesEndMs, row?.ends_at ?? 0);
      return work(writing);
    });
  }

  async #lanes(): Promise<readonly bigint[]> {
    const names = await namesOf((sql, values) => this.#connections.read(sql, values), 'delivery');
    return names.map(laneLock);
  }

  #write<T>(locks: readonly bigint[], work: (writing: { tx: Transaction; tally: Tally }) => Promise<T>): Promise<T> {
    return this.#connections.write({ purpose: 'working', locks }, async (tx) => {
      const tally = new Tally();
      const result = await work({ tx, tally });
      writeTally(tx, tally);
      return result;
    });
  }

  /** What the links know to be theirs: also what names them by an id that is too short to search for. */
  async #eraseLinked(erasure: Erasure): Promise<Erased> {
    const { own, traces } = erasure;
    const ids = await this.#connections.snapshot((read) => eventsOf(read, own));
    let erased = nothing;
    for (let from = 0; from < ids.length; from += eventsAtOnce) {
      const some = ids.slice(from, from + eventsAtOnce);
      const part = await this.#erase(erasure, await this.#lanes(), async ({ tx, tally }) =>
        eraseFindings({ tx, traces, tally }, await findingsOf(tx, some)),
      );
      erased = sum(erased, part);
    }
    return erased;
  }

  /**
   * What tells of them, from the oldest request to the newest; with the last of it go the links. A request gets its number
   * before it is committed, so only what lies below a mark is searched, at which nobody was inserting any more; and the
   * last piece while nobody can.
   */
  async #eraseFound(erasure: Erasure): Promise<{ erased: Erased; identifiers: number }> {
    let [after, erased] = [0, nothing];
    for (;;) {
      const mark = await this.#mark();
      while (after < mark) {
        const part = await this.#searchPage(erasure, { after, mark });
        erased = sum(erased, part.erased);
        after = part.last;
      }
      const last = await this.#finish(erasure, after);
      if (last !== undefined) return { erased: sum(erased, last.erased), identifiers: last.identifiers };
    }
  }

  #mark(): Promise<number> {
    return this.#write([], async ({ tx }) => {
      await tx.rows(erasureSql.holdRequests);
      return lastRequest(tx);
    });
  }

  async #searchPage(erasure: Erasure, { after, mark }: { after: number; mark: number }) {
    const { traces, watch } = erasure;
    const untilAt = addMs(this.#clock.now(), watchMs).getTime();
    return this.#erase(erasure, await this.#lanes(), async ({ tx, tally }) => {
      await tx.rows(watchSql.keep, [watch, untilAt]);
      return searchAndErase({ tx, traces, tally }, { after, mark });
    });
  }

  /** Undefined when more has come in than one transaction should look through while nobody can insert. */
  async #finish(erasure: Erasure, after: number): Promise<{ erased: Erased; identifiers: number } | undefined> {
    const { own, traces } = erasure;
    return this.#erase(erasure, [...(await this.#lanes()), stitchLock], async ({ tx, tally }) => {
      await tx.rows(erasureSql.holdRequests);
      const mark = await lastRequest(tx);
      if (mark - after > page.requests) return undefined;
      const erasing = { tx, traces, tally };
      const part = after < mark ? await searchAndErase(erasing, { after, mark }) : { erased: nothing, last: mark };
      if (part.last < mark) return undefined;
      // What came in meanwhile is theirs too, until the moment in which nothing is known of them any more.
      const ids = await eventsOf((sql, values) => tx.rows(sql, values), own);
      const late = await eraseFindings(erasing, await findingsOf(tx, ids));
      await eraseFromFilters(tx, traces);
      await eraseFromLanes(tx, traces);
      return { erased: sum(part.erased, late), identifiers: await eraseLinks(tx, own) };
    });
  }

  /** Frees what the erased rows lie in; the kinds that are in the tables all the same. */
  async #wipe(traces: Traces): Promise<readonly string[]> {
    return this.#connections.apart(async (queries) => {
      // Causes of problems are those of events and deliveries.
      const others = 'event_identifier, identity_link, problem, forgetting';
      await queries.script(`vacuum ${Object.keys(scanSql).join(', ')}, ${others}`);
      const kinds = new Set<string>();
      for (const sql of Object.values(scanSql))
        for await (const text of textsOf(queries, sql)) for (const kind of traces.kindsIn(text, true)) kinds.add(kind);
      return [...kinds];
    });
  }
}

interface Erasure {
  readonly own: readonly Identifier[];
  readonly traces: Traces;
  /** Its number. */
  readonly watch: number;
  /** When the last of the leases ends that were seen. */
  leasesEndMs: number;
}

async function lastRequest(tx: Transaction): Promise<number> {
  return (await tx.rows<{ seq: number }>(erasureSql.lastRequest))[0]?.seq ?? 0;
}

async function eventsOf(read: Queries['rows'], own: readonly Identifier[]): Promise<readonly EventId[]> {
  const seqs = (await knownOf(read, own)).map(({ seq }) => seq);
  return (await read<{ event_id: EventId }>(erasureSql.eventsOf, [seqs])).map(({ event_id }) => event_id);
}

/** Looks through the requests behind `after`, and erases what it finds. */
async function searchAndErase(
  erasing: Erasing,
  { after, mark }: { readonly after: number; readonly mark: number },
): Promise<{ erased: Erased; last: number }> {
  const { tx, traces } = erasing;
  const requests = await tx.rows<KeptRequest>(erasureSql.requestsAfter, [after, mark, page.requests, page.bytes]);
  const last = requests.at(-1);
  if (last === undefined) return { erased: nothing, last: mark };
  return { erased: await eraseFindings(erasing, await findingsIn(tx, requests, traces)), last: last.seq };
}

async function findingsIn(
  tx: Transaction,
  requests: readonly KeptRequest[],
  traces: Traces,
): Promise<readonly Finding[]> {
  const events = await tx.rows<KeptEvent>(erasureSql.eventsOfRequests, [requests.map(({ seq }) => seq)]);
  const deliveries = await tx.rows<StoredDelivery>(erasureSql.deliveries, [events.map(({ id }) => id)]);
  const attempts = await tx.rows<StoredAttempt>(erasureSql.attempts, [deliveries.map(({ id }) => id)]);
  const eventsBy = Map.groupBy(events, ({ request_seq }) => request_seq);
  const deliveriesBy = Map.groupBy(deliveries, ({ event_id }) => event_id);
  const attemptsBy = Map.groupBy(attempts, ({ delivery_id }) => delivery_id);
  return requests.flatMap((request) => {
    const kept = {
      request,
      events: eventsBy.get(request.seq) ?? [],
      deliveriesOf: (id: EventId) => deliveriesBy.get(id) ?? [],
      attemptsOf: (id: StoredDelivery['id']) => attemptsBy.get(id) ?? [],
    };
    return findIn(kept, traces) ?? [];
  });
}

/** Every row's texts as Latin-1, as `Traces.kindsIn` reads them. */
async function* textsOf(queries: Queries, sql: string): AsyncGenerator<string> {
  let place: unknown = sql.includes('from identity_join') ? Buffer.alloc(0) : sql.includes('from lane') ? '' : 0;
  for (;;) {
    const rows = await queries.rows<Record<string, string | number | Buffer | null>>(sql, [place]);
    for (const { place: _, ...row } of rows) {
      const bytes = Object.values(row).map((value) => (Buffer.isBuffer(value) ? value : Buffer.from(`${value ?? ''}`)));
      yield Buffer.concat(bytes.flatMap((each) => [each, Buffer.from('\n')])).toString('latin1');
    }
    const last = rows.at(-1);
    if (last === undefined) return;
    place = last.place;
  }
}
