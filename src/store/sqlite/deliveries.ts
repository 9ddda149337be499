/** Deliveries on their way out: queued, claimed by a sender, settled. What writes runs inside a transaction. */
import { addMs } from '../../model/clock.ts';
import type { Draft, JoinDraft, Settlement } from '../../model/delivery.ts';
import { GatewayError } from '../../model/error.ts';
import type { DeliveryId, EventId } from '../../model/id.ts';
import { type DigestedDelivery, isDeliveryWhole } from '../contents.ts';
import {
  claimedDelivery,
  deliveryMoveOf,
  newDelivery,
  type QueuedDelivery,
  toNewAttempt,
  toQueued,
} from '../delivery-moves.ts';
import { deliveryDigest } from '../digest.ts';
import type { Recent } from '../recent.ts';
import { type DeliveryRow, earliest, toDelivery } from '../rows.ts';
import type { ClaimedDeliveries, DeliveryClaim } from '../store.ts';
import type { Tally } from '../tally.ts';
import { addAttempt } from './attempts.ts';
import { buryDelivery } from './damaged-rows.ts';
import type { Damages } from './damages.ts';
import type { DueRow, EndOfLeases } from './delivery-statements.ts';
import { readLane, writeLane } from './lanes.ts';
import { alignLine, keepOrder } from './lines.ts';
import type { Statements } from './statements.ts';

export interface Queued {
  readonly eventId: EventId;
  readonly receivedAt: Date;
  readonly now: Date;
}

export function insertDrafts(
  sql: Statements,
  { drafts, ...queued }: Queued & { readonly drafts: readonly (Draft | JoinDraft)[] },
  tally: Tally,
): readonly QueuedDelivery[] {
  return drafts.flatMap((draft) =>
    isToBeTold(sql, draft, queued) ? [insertDraft(sql, { draft, ...queued }, tally)] : [],
  );
}

interface QueuedDraft extends Queued {
  readonly draft: Draft;
  readonly replayOf?: DeliveryId;
}

export function insertDraft(sql: Statements, { draft, ...made }: QueuedDraft, tally: Tally): QueuedDelivery {
  joinLines(sql, draft);
  const row = newDelivery(draft, made);
  sql.deliveries.insert.run({ ...row, digest: deliveryDigest(row) });
  tally.deliveries(draft.destination, 'pending', 1);
  return toQueued(row, { draft, ...made });
}

/** What was queued for the same person under other keys is theirs from now on, in the order in which it came. */
function joinLines(sql: Statements, { destination, person, formerly = [] }: Draft): void {
  if (person === null) return;
  const theirs = formerly.filter((key) => sql.lines.isOnTheWay.get({ destination, person: key }) !== undefined);
  for (const key of theirs) sql.lines.renamePerson.run({ destination, person, formerly: key });
  if (theirs.length > 0) alignLine(sql, { destination, person });
}

/** Not where all it says is who a visitor is, and the destination knows that; from now on it has been told. */
export function isToBeTold(
  { identities }: Statements,
  draft: Draft | JoinDraft,
  { eventId, now }: Pick<Queued, 'eventId' | 'now'>,
): boolean {
  if (!('join' in draft)) return true;
  const { userId, anonymousId, isAll } = draft.join;
  const told = { destination: draft.destination, userId, anonymousId, eventId, joinedAt: now.getTime() };
  return identities.join.run(told).changes > 0 || !isAll;
}

/** Where damage was met before, each row is written by itself: what cannot be written is set aside. */
interface Care {
  readonly damages: Damages;
  readonly isCareful: boolean;
}

export function claimDeliveries(
  sql: Statements,
  claim: DeliveryClaim & Care & { readonly recent: Recent<QueuedDelivery> },
  tally: Tally,
): ClaimedDeliveries {
  const { destination, limit, now, admit, damages } = claim;
  const underWay = JSON.stringify(claim.underWay ?? []);
  endLeases(sql, { ...claim, now: now.getTime(), until: now.getTime(), underWay }, tally);
  const lane = readLane(sql, destination, now);
  const admission = admit(lane, sql.deliveries.inFlight.get(destination) ?? 0);
  const most = Math.min(limit, admission.limit);
  if (most === 0) return { deliveries: [], lane };
  const due = sql.deliveries.due.all(destination, now.getTime(), most + damages.countSetAside('delivery'));
  const open = due.filter(({ seq }) => !damages.isSetAside('delivery', seq)).slice(0, most);
  const sound = open.flatMap((row) => {
    const content = contentOf(sql, row, claim.recent);
    if ('damaged' in content) buryDelivery(sql, { row: content.damaged, destination, now, damages }, tally);
    return 'damaged' in content ? [] : [{ row, content }];
  });
  const deliveries = taken(sql, sound, claim).map(({ row, content }) =>
    claimedDelivery({ ...row, token: row.lease_token + 1 }, content, claim),
  );
  tally.deliveries(destination, 'pending', -deliveries.length);
  tally.deliveries(destination, 'in_flight', deliveries.length);
  return { deliveries, lane: writeLane(sql, lane, admission.after(deliveries.length)) };
}

function contentOf(
  sql: Statements,
  { id, seq }: DueRow,
  recent: Recent<QueuedDelivery>,
): QueuedDelivery | { readonly damaged: DigestedDelivery } {
  const kept = recent.take(id);
  if (kept !== undefined) return kept;
  const row = sql.deliveries.wholeBySeq.get(seq);
  if (row === undefined) throw new GatewayError('STORE_UNSAFE', `an index names a delivery that is not there: ${id}`);
  return isDeliveryWhole(row) ? { ...toDelivery(row), payload: row.payload } : { damaged: row };
}

/** Those of them that could be claimed. */
function taken<T extends { readonly row: DueRow }>(
  sql: Statements,
  due: readonly T[],
  { worker, leaseMs, now, damages, isCareful }: DeliveryClaim & Care,
): readonly T[] {
  const leaseEndsAt = addMs(now, leaseMs).getTime();
  if (!isCareful) {
    sql.batches.claimDeliveries.run(worker, leaseEndsAt, JSON.stringify(due.map(({ row }) => row.seq)));
    return due;
  }
  return due.filter(({ row }) => {
    if (damages.apart(() => void sql.deliveries.claim.run(worker, leaseEndsAt, row.seq))) return true;
    damages.setAside('delivery', row);
    return false;
  });
}

/** Back in line, due since the lease ended. */
function endLeases(sql: Statements, end: EndOfLeases & Care, tally: Tally): void {
  const { destination, damages } = end;
  const ended = end.isCareful ? endEachLease(sql, end) : sql.deliveries.endLeases.all(leasesOf(end));
  const persons = new Set(ended.flatMap(({ person }) => person ?? []));
  for (const person of persons) keepOrder(sql, { destination, person, damages });
  tally.deliveries(destination, 'in_flight', -ended.length);
  tally.deliveries(destination, 'pending', ended.length);
}

const leasesOf = ({ destination, now, until, underWay }: EndOfLeases): EndOfLeases => ({
  destination,
  now,
  until,
  underWay,
});

function endEachLease(sql: Statements, end: EndOfLeases & Care): readonly Pick<DeliveryRow, 'person'>[] {
  const { damages, now } = end;
  return sql.deliveries.endingLeases.all(leasesOf(end)).filter((row) => {
    if (damages.isSetAside('delivery', row.seq)) return false;
    if (damages.apart(() => void sql.deliveries.endLease.run({ now, seq: row.seq }))) return true;
    damages.setAside('delivery', row);
    return false;
  });
}

export function endAllDeliveryLeases(
  sql: Statements,
  { now, ...care }: Care & { readonly now: Date },
  tally: Tally,
): void {
  for (const destination of sql.tally.names.all('delivery')) {
    endLeases(sql, { ...care, destination, now: now.getTime(), until: Number.MAX_SAFE_INTEGER, underWay: '[]' }, tally);
  }
}

/** False when the lease was lost; then nothing is written. */
export function settleDelivery(sql: Statements, settlement: Settlement & Pick<Care, 'damages'>, tally: Tally): boolean {
  const { delivery, damages } = settlement;
  const { id, worker, token, attempts, ...move } = deliveryMoveOf(settlement);
  const held = sql.deliveries.held.get(id, worker, token, attempts);
  if (held === undefined) return false;
  const { seq, person } = held;
  sql.deliveries.move.run({ ...move, seq });
  const { destination } = delivery;
  if (person !== null) keepOrder(sql, { destination, person, damages });
  if ('attempt' in settlement) addAttempt(sql, toNewAttempt(settlement.attempt));
  tally.deliveries(destination, 'in_flight', -1);
  tally.deliveries(destination, move.status, 1);
  tally.settled(settlement);
  tally.problem({ kind: 'delivery', name: destination, ...move, count: 1 });
  return true;
}

export function nextDeliveryAt(sql: Statements, destination: string, damages: Damages): Date | null {
  const { firstDue, firstLeaseEnd, places } = sql.deliveries;
  const aside = damages.countSetAside('delivery');
  if (aside === 0) return earliest([firstDue.get(destination), firstLeaseEnd.get(destination)]);
  const open = places.all({ destination, limit: aside + 1 });
  return earliest(open.filter(({ seq }) => !damages.isSetAside('delivery', seq)).map(({ at }) => at));
}
