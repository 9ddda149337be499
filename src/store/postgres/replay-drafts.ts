/** What replayed events' payloads become, beside what was made of them before. Runs under the locks of their lanes. */
import type { Draft, JoinDraft } from '../../model/delivery.ts';
import type { EventStatus } from '../../model/event.ts';
import type { EventId } from '../../model/id.ts';
import { payloadFate } from '../../model/replay.ts';
import type { MovableRow } from '../dead-ranges.ts';
import { type Done, doneOf } from '../replay-fates.ts';
import { countsOf, type ReplayRow, scopeOf } from '../replay-rows.ts';
import type { Tally } from '../tally.ts';
import type { Transaction } from './connections.ts';
import type { Queued } from './deliveries.ts';
import { cancel } from './problems.ts';
import { replaySql } from './replay-sql.ts';
import { toRecords } from './text.ts';

/** An event that has left the line of its replay. */
export interface Replayed {
  readonly eventId: EventId;
  /** The number of the replay. */
  readonly replay: number;
  readonly status: EventStatus;
  readonly drafts: readonly (Draft | JoinDraft)[];
  readonly now: Date;
}

interface MadeRow extends MovableRow {
  readonly event_id: EventId;
  readonly outgoing_id: string;
}

/** What is done with each payload, before a join turns out to have been told. */
export interface Planned {
  readonly replayed: readonly Replayed[];
  readonly drafts: readonly PlannedDraft[];
  /** Events that something had been made of before. */
  readonly known: ReadonlySet<EventId>;
}

interface PlannedDraft {
  readonly replay: number;
  readonly done: Done;
  /** What is to be put in line for it. */
  readonly queued?: Queued;
  /** The delivery that is made again. */
  readonly former?: MadeRow;
}

export async function planReplayed(tx: Transaction, replayed: readonly Replayed[]): Promise<Planned> {
  if (replayed.length === 0) return { replayed, drafts: [], known: new Set() };
  const seqs = [...new Set(replayed.map(({ replay }) => replay))];
  const replays = new Map((await tx.rows<ReplayRow>(replaySql.bySeqs, [seqs])).map((row) => [row.seq, row]));
  const made = await tx.rows<MadeRow>(replaySql.deliveriesOf, [replayed.map(({ eventId }) => eventId)]);
  const madeOf = Map.groupBy(made, ({ event_id }) => event_id);
  const drafts = replayed.flatMap((event) => {
    const replay = replays.get(event.replay);
    return replay === undefined ? [] : planEvent(event, replay, madeOf.get(event.eventId) ?? []);
  });
  return { replayed, drafts, known: new Set(madeOf.keys()) };
}

/** One after the other: of two payloads that are the same the second one finds the first under way. */
function planEvent(
  { eventId, drafts, replay: seq, now }: Replayed,
  replay: ReplayRow,
  made: readonly MadeRow[],
): readonly PlannedDraft[] {
  const scope = scopeOf(replay);
  const latest = new Map(made.map((row) => [keyOf(row.destination, row.outgoing_id), row]));
  const queuedKeys = new Set<string>();
  return drafts.map((draft): PlannedDraft => {
    const key = keyOf(draft.destination, draft.outgoingId);
    const former = latest.get(key);
    const fate = payloadFate(draft.destination, queuedKeys.has(key) ? 'pending' : former?.status, scope);
    const planned = { replay: seq, done: doneOf(fate, draft) };
    if (fate !== 'new' && fate !== 'again') return planned;
    queuedKeys.add(key);
    if (former === undefined) return { ...planned, queued: { eventId, draft, now } };
    return { ...planned, queued: { eventId, draft, now, replayOf: former.id }, former };
  });
}

const keyOf = (destination: string, outgoingId: string): string => JSON.stringify([destination, outgoingId]);

/** The rest of what the replays do, once it is known which of what was planned has been queued. */
export async function settleReplayed(
  tx: Transaction,
  { replayed, drafts, queued }: Planned & { readonly queued: ReadonlySet<Queued> },
  tally: Tally,
): Promise<void> {
  if (replayed.length === 0) return;
  // The dead letters that are left are those that still need a person.
  const dead = drafts.flatMap(({ former, queued: again }) =>
    former?.status === 'dead' && again !== undefined ? [{ ...former, now: again.now }] : [],
  );
  await cancel(tx, dead, tally);
  const eventsOf = Map.groupBy(replayed, ({ replay }) => replay);
  const draftsOf = Map.groupBy(drafts, ({ replay }) => replay);
  const counts = [...eventsOf].map(([seq, events]) => {
    const statuses = events.map(({ status }) => status);
    const done = (draftsOf.get(seq) ?? []).map((one) => (isQueued(one, queued) ? one.done : 'nothing'));
    return { seq, ...countsOf(statuses, done), now: Math.max(...events.map(({ now }) => now.getTime())) };
  });
  await tx.rows(replaySql.settle, [toRecords(counts.toSorted((one, other) => one.seq - other.seq))]);
}

/** A join that the destination has been told meanwhile is not. */
const isQueued = ({ queued: planned }: PlannedDraft, queued: ReadonlySet<Queued>): boolean =>
  planned === undefined || queued.has(planned);
