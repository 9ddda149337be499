/** Deliveries on their way out: queued, claimed by a sender, settled. What writes runs inside a transaction. */
import { addMs } from '../../model/clock.ts';
import type { ClaimedDelivery, Draft, JoinDraft, Settlement } from '../../model/delivery.ts';
import type { DeliveryId, EventId } from '../../model/id.ts';
import { deliveryMoveOf, newDelivery, toNewAttempt } from '../delivery-moves.ts';
import { earliest, toDelivery } from '../rows.ts';
import type { ClaimedDeliveries, DeliveryClaim } from '../store.ts';
import type { Tally } from '../tally.ts';
import type { EndOfLeases } from './delivery-statements.ts';
import { readLane, writeLane } from './lanes.ts';
import type { Statements } from './statements.ts';

export interface Queued {
  readonly eventId: EventId;
  readonly now: Date;
}

export function insertDrafts(
  sql: Statements,
  { drafts, ...queued }: Queued & { readonly drafts: readonly (Draft | JoinDraft)[] },
  tally: Tally,
): void {
  for (const draft of drafts) if (isToBeTold(sql, draft, queued)) insertDraft(sql, { draft, ...queued }, tally);
}

interface QueuedDraft extends Queued {
  readonly draft: Draft;
  readonly replayOf?: DeliveryId;
}

export function insertDraft(sql: Statements, { draft, ...made }: QueuedDraft, tally: Tally): void {
  joinLines(sql, draft);
  sql.deliveries.insert.run(newDelivery(draft, made));
  tally.deliveries(draft.destination, 'pending', 1);
}

/** What was queued for the same person under other keys is theirs from now on, in the order in which it came. */
function joinLines(sql: Statements, { destination, person, formerly = [] }: Draft): void {
  if (person === null) return;
  const renamed = formerly
    .map((key) => sql.deliveries.renamePerson.run({ destination, person, formerly: key }).changes)
    .reduce((sum, count) => sum + count, 0);
  if (renamed > 0) alignLine(sql, { destination, person });
}

/** The first of what is on its way for a person may go, the rest stays behind it. */
export function alignLine({ deliveries }: Statements, line: { destination: string; person: string }): void {
  deliveries.putBehind.run(line);
  deliveries.putInFront.run(line);
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

export function claimDeliveries(sql: Statements, claim: DeliveryClaim, tally: Tally): ClaimedDeliveries {
  const { destination, worker: claimedBy, limit, leaseMs, now, admit } = claim;
  const underWay = JSON.stringify(claim.underWay ?? []);
  endLeases(sql, { destination, now: now.getTime(), until: now.getTime(), underWay }, tally);
  const lane = readLane(sql, destination, now);
  const admission = admit(lane, sql.deliveries.inFlight.get(destination) ?? 0);
  const most = Math.min(limit, admission.limit);
  if (most === 0) return { deliveries: [], lane };
  const leaseEndsAt = addMs(now, leaseMs);
  const deliveries = sql.deliveries.due.all(destination, now.getTime(), most).map((row): ClaimedDelivery => {
    sql.deliveries.claim.run(claimedBy, leaseEndsAt.getTime(), row.seq);
    const token = row.lease_token + 1;
    return { ...toDelivery(row), payload: row.payload, state: { status: 'in_flight', claimedBy, leaseEndsAt, token } };
  });
  tally.deliveries(destination, 'pending', -deliveries.length);
  tally.deliveries(destination, 'in_flight', deliveries.length);
  return { deliveries, lane: writeLane(sql, lane, admission.after(deliveries.length)) };
}

/** Back in line, due since the lease ended. */
function endLeases(sql: Statements, end: EndOfLeases, tally: Tally): void {
  const { destination } = end;
  const ended = sql.deliveries.endLeases.all(end);
  const persons = new Set(ended.flatMap(({ person }) => person ?? []));
  for (const person of persons) alignLine(sql, { destination, person });
  tally.deliveries(destination, 'in_flight', -ended.length);
  tally.deliveries(destination, 'pending', ended.length);
}

export function endAllDeliveryLeases(sql: Statements, now: Date, tally: Tally): void {
  for (const destination of sql.tally.names.all('delivery')) {
    endLeases(sql, { destination, now: now.getTime(), until: Number.MAX_SAFE_INTEGER, underWay: '[]' }, tally);
  }
}

/** False when the lease was lost; then nothing is written. */
export function settleDelivery(sql: Statements, settlement: Settlement, tally: Tally): boolean {
  const { delivery } = settlement;
  const move = deliveryMoveOf(settlement);
  const moved = sql.deliveries.move.get(move);
  if (moved === undefined) return false;
  if (moved.person !== null) alignLine(sql, { destination: delivery.destination, person: moved.person });
  if ('attempt' in settlement) sql.deliveries.insertAttempt.run(toNewAttempt(settlement.attempt));
  tally.deliveries(delivery.destination, 'in_flight', -1);
  tally.deliveries(delivery.destination, move.status, 1);
  tally.problem({ kind: 'delivery', name: delivery.destination, ...move, count: 1 });
  return true;
}

export function nextDeliveryAt(sql: Statements, destination: string): Date | null {
  return earliest([sql.deliveries.firstDue.get(destination), sql.deliveries.firstLeaseEnd.get(destination)]);
}
