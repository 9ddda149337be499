/** Stored events that go back in line, replay by replay. */
import type { Traces } from '../../identity/traces.ts';
import { GatewayError } from '../../model/error.ts';
import type { EventId, ReplayId } from '../../model/id.ts';
import { type DeadGroupKey, type Replay, type ReplayFilter, replayableFailures } from '../../model/replay.ts';
import { toStored } from '../event-moves.ts';
import { fromCursor, type Place, toCursor } from '../pages.ts';
import type { ReplayCandidate, ReplayCandidates } from '../repair.ts';
import {
  byReceipt,
  countedRanges,
  deathRange,
  type Found,
  fits,
  isLater,
  isReplayable,
  type Ranged,
  type ReplayableRow,
  replayRanges,
  startOf,
} from '../replay-ranges.ts';
import {
  filterWithout,
  type NewReplay,
  nextStepOf,
  type ReplayRow,
  replayStepOf,
  toFilter,
  toReplay,
} from '../replay-rows.ts';
import { type EventRow, earliest } from '../rows.ts';
import { Tally } from '../tally.ts';
import type { Queries, Transaction } from './connections.ts';
import { deliverySql } from './delivery-sql.ts';
import { eventSql, requestTexts } from './events.ts';
import { replayCountSql, replayPlaceSql, replaySql } from './replay-sql.ts';
import { namesOf, writeTally } from './tally.ts';
import { toRecords } from './text.ts';

type Read = Queries['rows'];

const sourcesOf = async (read: Read, { source }: ReplayFilter): Promise<readonly string[]> =>
  source === undefined ? namesOf(read, 'event') : [source];

/** Ranges of one kind are read by one statement. */
async function eachKind<T>(
  ranged: readonly Ranged[],
  ask: (kind: Ranged['kind'], records: string) => Promise<T>,
): Promise<readonly T[]> {
  const answers: T[] = [];
  for (const [kind, some] of Map.groupBy(ranged, (one) => one.kind))
    answers.push(await ask(kind, toRecords(some.map(({ range }) => range))));
  return answers;
}

interface Wanted {
  readonly filter: ReplayFilter;
  readonly after: Place;
  readonly limit: number;
}

async function placesOf(read: Read, { filter, after, limit }: Wanted): Promise<readonly Found[]> {
  if (filter.dead !== undefined) return read<Found>(replaySql.deaths, [...deathsOf(filter.dead, filter, after), limit]);
  const found = filter.ids === undefined ? await placesIn(read, { filter, after, limit }) : await named(read, filter);
  return found
    .filter((place) => isLater(place, after))
    .toSorted(byReceipt)
    .slice(0, limit);
}

async function placesIn(read: Read, { filter, after, limit }: Wanted): Promise<readonly Found[]> {
  const ranged = replayRanges(await sourcesOf(read, filter), { filter, after, failures: replayableFailures });
  return (await eachKind(ranged, (kind, ranges) => read<Found>(replayPlaceSql[kind], [ranges, limit]))).flat();
}

/** The events that the filter names, as far as they fit the rest of it and can be replayed. */
async function named(read: Read, filter: ReplayFilter): Promise<readonly Found[]> {
  return (await fitting(read, filter)).filter(isReplayable).map((row) => ({ ...row, event: row.seq }));
}

async function fitting(read: Read, filter: ReplayFilter): Promise<readonly ReplayableRow[]> {
  const rows = await read<ReplayableRow>(replaySql.named, [filter.ids ?? []]);
  return rows.filter((row) => fits(row, filter));
}

export async function countReplayable(
  read: Read,
  filter: ReplayFilter,
): Promise<{ readonly replayable: number; readonly unusable: number }> {
  if (filter.ids !== undefined) {
    const rows = await fitting(read, filter);
    const replayable = rows.filter(isReplayable).length;
    return { replayable, unusable: rows.length - replayable };
  }
  if (filter.dead !== undefined) {
    const [counted] = await read<{ count: number }>(
      replaySql.countDeaths,
      deathsOf(filter.dead, filter, startOf(filter)),
    );
    return { replayable: counted?.count ?? 0, unusable: 0 };
  }
  const { replayable, unusable } = countedRanges(await sourcesOf(read, filter), filter);
  return { replayable: await countIn(read, replayable), unusable: await countIn(read, unusable) };
}

function deathsOf(dead: DeadGroupKey, filter: ReplayFilter, after: Place): readonly (string | number)[] {
  const { destination, reason, cause, since, until, afterAt, afterSeq } = deathRange(dead, filter, after);
  return [destination, reason, cause, since, until, afterAt, afterSeq];
}

async function countIn(read: Read, ranged: readonly Ranged[]): Promise<number> {
  const rows = await eachKind(ranged, (kind, ranges) => read<{ count: number }>(replayCountSql[kind], [ranges]));
  return rows.flat().reduce((sum, { count }) => sum + count, 0);
}

export async function replayCandidates(
  read: Read,
  filter: ReplayFilter,
  { limit, from }: { readonly limit: number; readonly from?: string | undefined },
): Promise<ReplayCandidates> {
  const after = from === undefined ? startOf(filter) : fromCursor(from);
  const places = await placesOf(read, { filter, after, limit });
  const last = places.at(-1);
  return {
    candidates: await candidatesAt(read, places),
    next: last === undefined || places.length < limit ? null : toCursor(last),
  };
}

interface MadeRow {
  readonly event_id: EventId;
  readonly destination: string;
  readonly mapping_file: string;
  readonly outgoing_id: string;
  readonly status: ReplayCandidate['deliveries'][number]['status'];
  readonly payload: string;
}

async function candidatesAt(read: Read, places: readonly Found[]): Promise<readonly ReplayCandidate[]> {
  if (places.length === 0) return [];
  const rows = await read<EventRow>(eventSql.bySeqs, [places.map(({ event }) => event)]);
  const requests = await requestTexts(read, rows);
  const made = await read<MadeRow>(deliverySql.payloadsOfEvents, [rows.map(({ id }) => id)]);
  const deliveriesOf = Map.groupBy(made, ({ event_id }) => event_id);
  const bySeq = new Map(rows.map((row) => [row.seq, row]));
  return places.flatMap(({ event }): readonly ReplayCandidate[] => {
    const row = bySeq.get(event);
    const request = row === undefined ? undefined : requests.get(row.request_seq);
    if (row === undefined || request === undefined) return [];
    const deliveries = (deliveriesOf.get(row.id) ?? []).map(
      ({ destination, mapping_file, outgoing_id, status, payload }) => {
        return { destination, mapping: mapping_file, outgoingId: outgoing_id, status, payload };
      },
    );
    return [{ event: { ...toStored(row), ...request }, deliveries }];
  });
}

export async function insertReplay(tx: Transaction, row: NewReplay, total: number): Promise<Replay> {
  const [inserted] = await tx.rows<ReplayRow>(replaySql.insert, [toRecords([{ ...row, total }])]);
  if (inserted === undefined) throw new GatewayError('INTERNAL', `replay ${row.id} is missing`);
  return toReplay(inserted);
}

/** Numbers of the replays that are due. */
export async function dueReplays(read: Read, now: Date): Promise<readonly number[]> {
  return (await read<{ seq: number }>(replaySql.due, [now.getTime()])).map(({ seq }) => seq);
}

/** Its next step, unless another replica has just done it. */
export async function continueReplay(tx: Transaction, seq: number, now: Date): Promise<number> {
  const [row] = await tx.rows<ReplayRow>(replaySql.dueOne, [seq, now.getTime()]);
  if (row === undefined) return 0;
  const { limit, after } = nextStepOf(row);
  // One more than is taken tells whether these are the last.
  const found = limit === 0 ? [] : await placesOf(tx.rows, { filter: toFilter(row), after, limit: limit + 1 });
  const tally = new Tally();
  const putInLine = await putBack(tx, { places: found.slice(0, limit), replay: seq, now }, tally);
  const step = replayStepOf(row, { found, putInLine, now });
  const { walkedAt, walkedSeq, dueAt } = step;
  await tx.rows(replaySql.step, [seq, walkedAt, walkedSeq, putInLine, dueAt, step.now]);
  writeTally(tx, tally);
  return putInLine;
}

/** How many are in line now; not those that somebody else has moved or erased meanwhile. */
async function putBack(
  tx: Transaction,
  { places, replay, now }: { readonly places: readonly Found[]; readonly replay: number; readonly now: Date },
  tally: Tally,
): Promise<number> {
  if (places.length === 0) return 0;
  const rows = await tx.rows<ReplayableRow>(replaySql.toPutInLine, [places.map(({ event }) => event)]);
  const settled = rows.filter(({ status }) => status !== 'received');
  await tx.rows(replaySql.putInLine, [settled.map(({ seq }) => seq), replay, now.getTime()]);
  for (const { source, status, reason, cause } of settled) {
    tally.events(source, status, -1);
    tally.events(source, 'received', 1);
    tally.problem({ kind: 'event', name: source, reason, cause, count: -1 });
  }
  return settled.length;
}

export async function nextReplayAt(read: Read): Promise<Date | null> {
  const [row] = await read<{ due_at: number | null }>(replaySql.firstDue);
  return earliest([row?.due_at]);
}

export async function getReplay(read: Read, id: ReplayId): Promise<Replay | undefined> {
  return (await read<ReplayRow>(replaySql.byId, [id])).map(toReplay)[0];
}

export async function listReplays(read: Read): Promise<readonly Replay[]> {
  return (await read<ReplayRow>(replaySql.newest)).map(toReplay);
}

export async function cancelReplay(tx: Transaction, id: ReplayId, now: Date): Promise<boolean> {
  return (await tx.rows(replaySql.cancel, [id, now.getTime()])).length > 0;
}

export async function eraseFromFilters(tx: Transaction, traces: Traces): Promise<void> {
  for (const row of await tx.rows<Pick<ReplayRow, 'seq' | 'filter'>>(replaySql.filters)) {
    const filter = filterWithout(row, traces);
    if (filter !== undefined) await tx.rows(replaySql.emptyFilter, [row.seq, filter]);
  }
}
