/** Deliveries on their way out: queued, claimed by a sender, settled. What writes runs inside a transaction. */
import type { Attempt } from '../../model/attempt.ts';
import { addMs } from '../../model/clock.ts';
import type { ClaimedDelivery, Draft, JoinDraft, Settlement } from '../../model/delivery.ts';
import { type DeliveryId, type EventId, newId } from '../../model/id.ts';
import { deliveryDigest } from '../digest.ts';
import type { ClaimedDeliveries, DeliveryClaim } from '../store.ts';
import { addAttempt, contentOf } from './attempts.ts';
import { isDeliveryWhole } from './contents.ts';
import { buryDelivery, letNextGo } from './damaged-rows.ts';
import type { Damages } from './damages.ts';
import type { DeliveryMove, EndOfLeases, PayloadRow } from './delivery-statements.ts';
import { readLane, writeLane } from './lanes.ts';
import { earliest, toDelivery } from './rows.ts';
import type { Statements } from './statements.ts';
import type { Tally } from './tally.ts';

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

export function insertDraft(sql: Statements, { eventId, draft, replayOf, now }: QueuedDraft, tally: Tally): void {
  const { mapping, item, destination, outgoingId, payload, stitch, person } = draft;
  joinLines(sql, draft);
  const content = {
    id: newId('dlv', now),
    eventId,
    mappingFile: mapping.file,
    mappingVersion: mapping.version,
    item,
    destination,
    outgoingId,
    createdAt: now.getTime(),
    replayOf: replayOf ?? null,
    stitch: stitch === null ? null : JSON.stringify(stitch),
    payload,
  };
  sql.deliveries.insert.run({ ...content, person, digest: deliveryDigest(content) });
  tally.deliveries(destination, 'pending', 1);
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

/** Where damage was met before, each row is written by itself: what cannot be written is set aside. */
interface Care {
  readonly damages: Damages;
  readonly isCareful: boolean;
}

export function claimDeliveries(sql: Statements, claim: DeliveryClaim & Care, tally: Tally): ClaimedDeliveries {
  const { destination, limit, now, admit, damages } = claim;
  endLeases(sql, { ...claim, now: now.getTime(), until: now.getTime() }, tally);
  const lane = readLane(sql, destination, now);
  const admission = admit(lane, sql.deliveries.inFlight.get(destination) ?? 0);
  const most = Math.min(limit, admission.limit);
  if (most === 0) return { deliveries: [], lane };
  const due = sql.deliveries.due.all(destination, now.getTime(), most + damages.countSetAside('delivery'));
  const sound = due.filter((row) => {
    if (damages.isSetAside('delivery', row.seq)) return false;
    if (isDeliveryWhole(row)) return true;
    buryDelivery(sql, { row, destination, now, damages }, tally);
    return false;
  });
  const deliveries = sound.slice(0, most).flatMap((row) => take(sql, row, claim) ?? []);
  tally.deliveries(destination, 'pending', -deliveries.length);
  tally.deliveries(destination, 'in_flight', deliveries.length);
  return { deliveries, lane: writeLane(sql, lane, admission.after(deliveries.length)) };
}

function take(sql: Statements, row: PayloadRow, claim: DeliveryClaim & Care): ClaimedDelivery | undefined {
  const { worker: claimedBy, leaseMs, now, damages, isCareful } = claim;
  const leaseEndsAt = addMs(now, leaseMs);
  const write = (): void => void sql.deliveries.claim.run(claimedBy, leaseEndsAt.getTime(), row.seq);
  if (!isCareful) write();
  else if (!damages.apart(write)) {
    damages.setAside('delivery', row);
    return undefined;
  }
  const token = row.lease_token + 1;
  return { ...toDelivery(row), payload: row.payload, state: { status: 'in_flight', claimedBy, leaseEndsAt, token } };
}

/** Back in line, due since the lease ended. */
function endLeases(sql: Statements, end: EndOfLeases & Care, tally: Tally): void {
  const changes = end.isCareful ? endEachLease(sql, end) : sql.deliveries.endLeases.run(end).changes;
  tally.deliveries(end.destination, 'in_flight', -changes);
  tally.deliveries(end.destination, 'pending', changes);
}

function endEachLease(sql: Statements, { damages, ...end }: EndOfLeases & Care): number {
  let ended = 0;
  for (const row of sql.deliveries.endingLeases.all(end)) {
    if (damages.isSetAside('delivery', row.seq)) continue;
    if (damages.apart(() => void sql.deliveries.endLease.run({ ...end, seq: row.seq }))) ended += 1;
    else damages.setAside('delivery', row);
  }
  return ended;
}

export function endAllDeliveryLeases(
  sql: Statements,
  { now, ...care }: Care & { readonly now: Date },
  tally: Tally,
): void {
  for (const destination of sql.tally.names.all('delivery')) {
    endLeases(sql, { ...care, destination, now: now.getTime(), until: Number.MAX_SAFE_INTEGER }, tally);
  }
}

/** False when the lease was lost; then nothing is written. */
export function settleDelivery(sql: Statements, settlement: Settlement & Pick<Care, 'damages'>, tally: Tally): boolean {
  const { delivery, damages } = settlement;
  const move = moveOf(settlement);
  const moved = sql.deliveries.move.get(move);
  if (moved === undefined) return false;
  if (move.settledAt !== null && moved.person !== null) {
    letNextGo(sql, { destination: delivery.destination, person: moved.person, damages });
  }
  if ('attempt' in settlement) addAttempt(sql, contentOf(settlement.attempt));
  tally.deliveries(delivery.destination, 'in_flight', -1);
  tally.deliveries(delivery.destination, move.status, 1);
  tally.problem({ kind: 'delivery', name: delivery.destination, ...move, count: 1 });
  return true;
}

function moveOf(settlement: Settlement): DeliveryMove {
  const { id, state, attempts } = settlement.delivery;
  const settledAt = settlement.settledAt.getTime();
  const lease = { id, worker: state.claimedBy, token: state.token };
  const none = { dueAt: null, settledAt: null, reason: null, cause: null, failedAt: null };
  switch (settlement.to) {
    case 'delivered':
      return { ...lease, ...tried(settlement.attempt), ...none, status: 'delivered', settledAt };
    case 'dead': {
      const { attempt, reason, cause } = settlement;
      return { ...lease, ...tried(attempt), ...none, status: 'dead', settledAt, reason, cause, failedAt: settledAt };
    }
    case 'pending': {
      const { attempt, dueAt, counts } = settlement;
      const failedAt = counts ? settledAt : null;
      return { ...lease, ...tried(attempt), ...none, status: 'pending', dueAt: dueAt.getTime(), failedAt };
    }
    case 'released':
      return { ...lease, ...none, attempts, tried: 0, status: 'pending', dueAt: settledAt };
  }
}

/** The row must still count the attempts made before this one. */
const tried = ({ number }: Attempt) => ({ attempts: number - 1, tried: 1 }) as const;

export function nextDeliveryAt(sql: Statements, destination: string, damages: Damages): Date | null {
  const { firstDue, firstLeaseEnd, places } = sql.deliveries;
  const aside = damages.countSetAside('delivery');
  if (aside === 0) return earliest([firstDue.get(destination), firstLeaseEnd.get(destination)]);
  const open = places.all({ destination, limit: aside + 1 });
  return earliest(open.filter(({ seq }) => !damages.isSetAside('delivery', seq)).map(({ at }) => at));
}
