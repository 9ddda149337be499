/** Deliveries on their way out: queued, claimed by a sender, settled. All of it runs inside a transaction, under the lock of the lane. */
import { createHash } from 'node:crypto';
import type { Traces } from '../../identity/traces.ts';
import { addMs } from '../../model/clock.ts';
import type { Draft, JoinDraft, Settlement } from '../../model/delivery.ts';
import type { DeliveryId, EventId } from '../../model/id.ts';
import type { Lane } from '../../model/lane.ts';
import { type DigestedDelivery, isDeliveryWhole } from '../contents.ts';
import {
  claimedDelivery,
  deliveryMoveOf,
  newDelivery,
  type QueuedDelivery,
  toNewAttempt,
  toQueued,
} from '../delivery-moves.ts';
import { deliveryDigest, isSame } from '../digest.ts';
import { laneWithoutTraces, withoutTraces } from '../erasing.ts';
import type { FoundDamages } from '../found-damages.ts';
import type { Recent } from '../recent.ts';
import { earliest, toDelivery } from '../rows.ts';
import type { ClaimedDeliveries, DeliveryClaim } from '../store.ts';
import { Tally } from '../tally.ts';
import { alignLines, alignPersons, type Line } from './align.ts';
import { insertAttempts } from './attempts.ts';
import type { Queries, Transaction } from './connections.ts';
import { buryDeliveries } from './damaged-rows.ts';
import { deliverySql } from './delivery-sql.ts';
import { toHex } from './hex.ts';
import { readLane, writeLane } from './lanes.ts';
import { placesInLines } from './lines.ts';
import type { WrittenDelivery } from './recent.ts';
import { rounds } from './rounds.ts';
import { writeTally } from './tally.ts';
import { toRecords } from './text.ts';
import type { Watches } from './watches.ts';

export interface Queued {
  readonly eventId: EventId;
  readonly draft: Draft | JoinDraft;
  readonly now: Date;
  /** Of the request, where it is at hand. */
  readonly receivedAt?: Date;
  /** The delivery that is made again. */
  readonly replayOf?: DeliveryId;
}

export interface InLine {
  readonly queued: readonly Queued[];
  readonly written: readonly WrittenDelivery[];
}

export const joinSql = {
  insert: `
    insert into identity_join (digest, destination, user_id, anonymous_id, event_id, joined_at)
    select decode(digest, 'hex'), destination, "userId", "anonymousId", "eventId", "joinedAt"
    from json_to_recordset($1) as new (digest text, destination text, "userId" text, "anonymousId" text, "eventId" text,
      "joinedAt" bigint)
    order by digest
    on conflict (digest) do nothing
    returning digest`,
};

/** Returns what went in line: not the joins that a destination has been told. */
export async function insertDrafts(tx: Transaction, all: readonly Queued[], tally: Tally): Promise<InLine> {
  const queued = await withoutToldJoins(tx, all);
  if (queued.length === 0) return { queued, written: [] };
  const { places, renames } = placesInLines(queued.map(({ draft }) => draft));
  const joined = renames.length === 0 ? [] : await tx.rows<Line>(deliverySql.renamePersons, [toRecords(renames)]);
  const made = queued.map((one) => {
    const row = newDelivery(one.draft, one);
    return { one, row, digest: deliveryDigest(row) };
  });
  const rows = made.map(({ row, digest }, place) => ({ place, ...row, digest: toHex(digest), ...places[place] }));
  tx.along(deliverySql.insert, [toRecords(rows)]);
  for (const { destination } of rows) tally.deliveries(destination, 'pending', 1);
  if (joined.length > 0) alignLines(tx, joined);
  const written = made.flatMap(({ one: { receivedAt, ...one }, row, digest }) =>
    receivedAt === undefined ? [] : [{ content: toQueued(row, { ...one, receivedAt }), digest }],
  );
  return { queued, written };
}

/**
 * A destination is told once that a visitor is a user; what says it besides something else goes out all the same, and
 * so does what is made again.
 */
async function withoutToldJoins(tx: Transaction, queued: readonly Queued[]): Promise<readonly Queued[]> {
  const first = new Map<string, object>();
  for (const one of queued) {
    const { eventId, now } = one;
    const draft = toTell(one);
    if (draft === undefined) continue;
    const { userId, anonymousId } = draft.join;
    const digest = joinDigest(draft.destination, userId, anonymousId);
    if (first.has(digest)) continue;
    const { destination } = draft;
    first.set(digest, { digest, destination, userId, anonymousId, eventId, joinedAt: now.getTime() });
  }
  if (first.size === 0) return queued;
  const rows = await tx.rows<{ digest: Buffer }>(joinSql.insert, [toRecords([...first.values()])]);
  const isNew = new Set(rows.map(({ digest }) => digest.toString('hex')));
  return queued.filter((one) => {
    const draft = toTell(one);
    if (draft === undefined) return true;
    const isFirst = isNew.delete(joinDigest(draft.destination, draft.join.userId, draft.join.anonymousId));
    return isFirst || !draft.join.isAll;
  });
}

const toTell = ({ draft, replayOf }: Queued): JoinDraft | undefined =>
  'join' in draft && replayOf === undefined ? draft : undefined;

export const joinDigest = (...parts: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(parts)).digest('hex');

interface ClaimedRow
  extends Pick<
    DigestedDelivery,
    'seq' | 'id' | 'attempts' | 'failures' | 'failing_since' | 'lease_token' | 'person' | 'digest'
  > {
  readonly was_due_at: number;
}

export async function claimDeliveries(
  tx: Transaction,
  claim: DeliveryClaim & { readonly recent: Recent<WrittenDelivery> },
  damages: FoundDamages,
): Promise<ClaimedDeliveries> {
  const { destination, worker, limit, leaseMs, now, admit } = claim;
  const tally = new Tally();
  const [inFlight, lane] = await Promise.all([endLeases(tx, claim, tally), readLane(tx, destination, now)]);
  const admission = admit(lane, inFlight);
  const most = Math.min(limit, admission.limit);
  const leaseEndsAt = addMs(now, leaseMs).getTime();
  const values = [destination, now.getTime(), most, worker, leaseEndsAt];
  const rows = most <= 0 ? [] : await tx.rows<ClaimedRow>(deliverySql.claim, values);
  const contents = await contentsOf(tx, rows, claim.recent);
  const whole = rows.filter(({ seq }) => contents.has(seq));
  await buryDeliveries(tx, { rows: rows.filter(({ seq }) => !contents.has(seq)), destination, now, damages }, tally);
  tally.deliveries(destination, 'pending', -whole.length);
  tally.deliveries(destination, 'in_flight', whole.length);
  const after = most <= 0 ? lane : writeLane(tx, lane, admission.after(whole.length));
  writeTally(tx, tally);
  const inOrder = whole.toSorted((one, other) => one.was_due_at - other.was_due_at || one.seq - other.seq);
  const deliveries = inOrder.flatMap((row) => {
    const content = contents.get(row.seq);
    return content === undefined ? [] : claimedDelivery({ ...row, token: row.lease_token }, content, claim);
  });
  return { deliveries, lane: after };
}

/** What these deliveries say, by their numbers; without those that are damaged. */
async function contentsOf(
  tx: Transaction,
  line: readonly ClaimedRow[],
  recent: Recent<WrittenDelivery>,
): Promise<ReadonlyMap<number, QueuedDelivery>> {
  const contents = new Map<number, QueuedDelivery>();
  for (const row of line) {
    const kept = recent.take(row.id);
    if (kept !== undefined && isSame(row.digest, kept.digest)) contents.set(row.seq, kept.content);
  }
  const others = line.flatMap(({ seq }) => (contents.has(seq) ? [] : [seq]));
  if (others.length === 0) return contents;
  for (const row of await tx.rows<DigestedDelivery>(deliverySql.claimed, [others]))
    if (isDeliveryWhole(row)) contents.set(row.seq, { ...toDelivery(row), payload: row.payload });
  return contents;
}

interface EndedLeases {
  readonly ended: number;
  readonly before: number;
  readonly persons: readonly (string | null)[] | null;
}

/** Back in line, due since the lease ended; how many are still under way. */
async function endLeases(
  tx: Transaction,
  { destination, now, underWay = [] }: Pick<DeliveryClaim, 'destination' | 'now' | 'underWay'>,
  tally: Tally,
): Promise<number> {
  const [row] = await tx.rows<EndedLeases>(deliverySql.endLeases, [destination, now.getTime(), underWay]);
  const { ended, before, persons } = row ?? { ended: 0, before: 0, persons: null };
  alignPersons(
    tx,
    (persons ?? []).map((person) => ({ destination, person })),
  );
  tally.deliveries(destination, 'in_flight', -ended);
  tally.deliveries(destination, 'pending', ended);
  return before - ended;
}

/** A step of one lane: something settled, or what its lane is to be now. */
interface SettleStep {
  readonly kind: 'settle';
  readonly settlement: Settlement;
}

export type LaneStep = SettleStep | { readonly kind: 'change'; readonly change: (lane: Lane) => Lane };

export type LaneStepEnd =
  | { readonly kind: 'settle'; readonly isKept: boolean }
  | { readonly kind: 'change'; readonly lane: Lane };

interface Taking {
  readonly destination: string;
  readonly steps: readonly LaneStep[];
  readonly now: Date;
  readonly watches: Watches;
}

/** All steps of one destination that wait. */
export async function takeSteps(
  tx: Transaction,
  { destination, steps, now, watches }: Taking,
): Promise<readonly LaneStepEnd[]> {
  const tally = new Tally();
  const settling = steps.flatMap((step) => (step.kind === 'settle' ? [step] : []));
  const [forgotten, before] = await Promise.all([watches.tracesAt(tx, now), readLane(tx, destination, now)]);
  const kept = new Set<LaneStep>();
  for (const round of rounds(settling, ({ settlement }) => settlement.delivery.id))
    for (const one of await settleRound(tx, { steps: round, forgotten }, tally)) kept.add(one);
  let lane = before;
  const ends = steps.map((step): LaneStepEnd => {
    if (step.kind === 'settle') return { kind: 'settle', isKept: kept.has(step) };
    lane = laneWithoutTraces(step.change(lane), forgotten);
    return { kind: 'change', lane };
  });
  writeLane(tx, before, lane);
  writeTally(tx, tally);
  return ends;
}

interface MovedRow {
  readonly id: string;
  readonly destination: string;
  readonly person: string | null;
  /** Nothing else is on its way for the same person, as nearly always: there is no line to be put in order. */
  readonly is_alone: boolean;
}

/** Each delivery once; returns those whose lease was held. */
async function settleRound(
  tx: Transaction,
  { steps, forgotten }: { readonly steps: readonly SettleStep[]; readonly forgotten: readonly Traces[] },
  tally: Tally,
): Promise<readonly LaneStep[]> {
  const moves = steps.map((step) => {
    const settlement = withoutTraces(step.settlement, forgotten);
    return { step, settlement, move: deliveryMoveOf(settlement) };
  });
  const rows = await tx.rows<MovedRow>(deliverySql.move, [toRecords(moves.map(({ move }) => move))]);
  const moved = new Map(rows.map((row) => [row.id, row]));
  const kept = moves.filter(({ move }) => moved.has(move.id));
  const attempts = kept.flatMap(({ settlement }) =>
    'attempt' in settlement ? [toNewAttempt(settlement.attempt)] : [],
  );
  insertAttempts(tx, attempts);
  alignPersons(
    tx,
    rows.filter(({ is_alone }) => !is_alone),
  );
  for (const { settlement, move } of kept) {
    const { destination } = settlement.delivery;
    tally.deliveries(destination, 'in_flight', -1);
    tally.deliveries(destination, move.status, 1);
    tally.settled(settlement);
    tally.problem({ kind: 'delivery', name: destination, ...move, count: 1 });
  }
  return kept.map(({ step }) => step);
}

export async function nextDeliveryAt(read: Queries['rows'], destination: string): Promise<Date | null> {
  const [row] = await read<Record<'due' | 'leased', number | null>>(deliverySql.next, [destination]);
  return earliest([row?.due, row?.leased]);
}
