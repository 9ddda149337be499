import type { Database } from 'better-sqlite3';
import { Traces } from '../../identity/traces.ts';
import type { Settlement } from '../../model/delivery.ts';
import type { EventId } from '../../model/id.ts';
import type { Identifier } from '../../model/identity.ts';
import type { Lane } from '../../model/lane.ts';
import type { Erased, Forgotten } from '../../model/person.ts';
import { allOf, everything, laneWithoutTraces, nothing, sum, withoutTraces } from '../erasing.ts';
import { eraseEvents, eraseFinding, eraseLinks } from './erase.ts';
import { FileScan } from './file-scan.ts';
import type { GroupCommit } from './group-commit.ts';
import { eraseFromLanes } from './lanes.ts';
import { seqOf, walkFrom } from './people.ts';
import { eraseFromFilters } from './replays.ts';
import { rewriteDatabase } from './rewrite.ts';
import { search } from './search.ts';
import type { Statements } from './statements.ts';

/** The event loop stands still for about so long at a time. */
const searchMs = 15;
/** Events erased in one commit. */
const eventsAtOnce = 50;
const sourcesMax = 100;

/**
 * Erases people. The links go last, so that after a crash in the middle the same identifier leads to the same person
 * again, and forgetting anew finishes it.
 */
export class Forgetting {
  readonly #db: Database;
  readonly #sql: Statements;
  readonly #commit: GroupCommit;
  readonly #files: FileScan;
  /** Who is being forgotten, or was while attempts were under way that may still bring an answer about them. */
  #watched: readonly Watch[] = [];

  constructor(db: Database, sql: Statements, commit: GroupCommit) {
    this.#db = db;
    this.#sql = sql;
    this.#commit = commit;
    this.#files = new FileScan(db.name);
  }

  async forget(identifier: Identifier): Promise<Forgotten> {
    const own = this.#ownOf(identifier);
    const traces = new Traces(own, (each) => this.#sourcesOf(each));
    const watch = this.#watch(traces);
    try {
      const linked = await this.#eraseLinked(own, watch);
      const { erased, identifiers } = await this.#eraseFound(own, watch);
      const remaining = await this.#wipe(traces);
      const { tooShort } = traces;
      return { ...sum(linked, erased), identifiers, isVerified: remaining.length === 0, remaining, tooShort };
    } finally {
      this.#noteLeases(watch);
      watch.untilMs = watch.leasesEndMs;
    }
  }

  /** An answer to a batch may repeat the payloads of all whose events were in it: what tells of a forgotten one goes. */
  withoutForgotten(settlement: Settlement): Settlement {
    this.#watched = this.#watched.filter(({ untilMs }) => untilMs >= settlement.settledAt.getTime());
    return withoutTraces(
      settlement,
      this.#watched.map(({ traces }) => traces),
    );
  }

  /** The same of what such an answer makes of its lane. */
  laneWithoutForgotten(lane: Lane): Lane {
    return laneWithoutTraces(
      lane,
      this.#watched.map(({ traces }) => traces),
    );
  }

  close(): void {
    this.#files.close();
  }

  #sourcesOf(identifier: Identifier): ReadonlySet<string> {
    const seq = seqOf(this.#sql, identifier);
    return new Set(seq === undefined ? [] : this.#sql.erasures.sourcesOf.all(seq, sourcesMax));
  }
  /** Seen from what was asked for and from the user that it leads to: from one of them alone another may be too far. */
  #ownOf(identifier: Identifier): readonly Identifier[] {
    const walked = walkFrom(this.#sql, identifier, everything);
    const { user } = walked;
    const fromUser = user === undefined ? [] : [walkFrom(this.#sql, { kind: 'user_id', value: user.id }, everything)];
    return allOf(identifier, [walked, ...fromUser]);
  }

  #watch(traces: Traces): Watch {
    const watch = { traces, untilMs: Number.POSITIVE_INFINITY, leasesEndMs: 0 };
    this.#watched = [...this.#watched, watch];
    return watch;
  }

  /** Before anything is erased too: an answer comes all the same for what is gone. */
  #noteLeases(watch: Watch): void {
    const ends = this.#sql.tally.names.all('delivery').map((name) => this.#sql.deliveries.lastLeaseEnd.get(name) ?? 0);
    watch.leasesEndMs = Math.max(watch.leasesEndMs, ...ends);
  }

  #eventsOf(own: readonly Identifier[]): readonly EventId[] {
    const seqs = own.flatMap((identifier) => seqOf(this.#sql, identifier) ?? []);
    return [...new Set(seqs.flatMap((seq) => this.#sql.erasures.eventsOf.all(seq)))];
  }

  /** What the links know to be theirs: also what names them by an id that is too short to search for. */
  async #eraseLinked(own: readonly Identifier[], watch: Watch): Promise<Erased> {
    const { traces } = watch;
    const ids = this.#eventsOf(own);
    let erased = nothing;
    for (let from = 0; from < ids.length; from += eventsAtOnce) {
      const some = ids.slice(from, from + eventsAtOnce);
      const part = await this.#commit.write((tally) => {
        this.#noteLeases(watch);
        return eraseEvents({ sql: this.#sql, traces, tally }, some);
      });
      erased = sum(erased, part);
    }
    return erased;
  }

  /** What tells of them, from the oldest request to the newest; with the last of it go the links. */
  async #eraseFound(own: readonly Identifier[], watch: Watch): Promise<{ erased: Erased; identifiers: number }> {
    const { traces } = watch;
    let [after, erased] = [0, nothing];
    for (;;) {
      const part = await this.#commit.write((tally) => {
        this.#noteLeases(watch);
        const { findings, last, isAll } = search(this.#sql, traces, { after, ms: searchMs });
        const erasing = { sql: this.#sql, traces, tally };
        const found = findings.map((finding) => eraseFinding(erasing, finding)).reduce(sum, nothing);
        // What came in meanwhile is theirs too, until the moment in which nothing is known of them any more.
        const late = isAll ? eraseEvents(erasing, this.#eventsOf(own)) : nothing;
        const identifiers = isAll ? eraseLinks(this.#sql, own) : 0;
        if (isAll) eraseFromFilters(this.#sql, traces);
        if (isAll) eraseFromLanes(this.#sql, traces);
        return { erased: sum(found, late), identifiers, last, isAll };
      });
      erased = sum(erased, part.erased);
      if (part.isAll) return { erased, identifiers: part.identifiers };
      after = part.last;
    }
  }

  /**
   * Out of the write-ahead log, the free pages and the gaps within pages; the kinds that are in the files all the same.
   * Overwriting what is deleted is not enough: when SQLite moves rows between pages, copies stay behind in the gaps, and
   * nobody can search for a name that is known nowhere else any more. After this the file holds what is stored and nothing
   * else.
   */
  async #wipe(traces: Traces): Promise<readonly string[]> {
    await this.#commit.hold(() => rewriteDatabase(this.#db.name));
    return this.#files.kindsIn(traces, true);
  }
}

interface Watch {
  readonly traces: Traces;
  untilMs: number;
  /** When the last of the leases ends that were seen. */
  leasesEndMs: number;
}
