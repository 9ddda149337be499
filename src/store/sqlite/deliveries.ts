/** Deliveries on their way out: queued, claimed by a sender, settled. What writes runs inside a transaction. */
import type { Attempt } from '../../model/attempt.ts';
import { addMs } from '../../model/clock.ts';
import type { ClaimedDelivery, Draft, JoinDraft, Settlement } from '../../model/delivery.ts';
import { type EventId, newId } from '../../model/id.ts';
import { type AttemptContent, attemptDigest, deliveryDigest } from '../digest.ts';
import type { ClaimedDeliveries, DeliveryClaim } from '../store.ts';
import type { DeliveryMove, EndOfLeases } from './delivery-statements.ts';
import { readLane, writeLane } from './lanes.ts';
import { earliest, toDelivery } from './rows.ts';
import type { Statements } from './statements.ts';
import type { Tally } from './tally.ts';

interface Queued {
  readonly eventId: EventId;
  readonly drafts: readonly (Draft | JoinDraft)[];
  readonly now: Date;
}

export function insertDrafts(sql: Statements, { eventId, drafts, now }: Queued, tally: Tally): void {
  for (const draft of drafts) {
    const { mapping, item, destination, outgoingId, payload, stitch, person } = draft;
    if ('join' in draft && !isNewJoin(sql, draft, { eventId, now }) && draft.join.isAll) continue;
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
      replayOf: null,
      stitch: stitch === null ? null : JSON.stringify(stitch),
      payload,
    };
    sql.deliveries.insert.run({ ...content, person, digest: deliveryDigest(content) });
    tally.deliveries(destination, 'pending', 1);
  }
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

/** Whether the destination is told for the first time; from now on it has been. */
function isNewJoin(
  { identities }: Statements,
  { destination, join: { userId, anonymousId } }: JoinDraft,
  { eventId, now }: Pick<Queued, 'eventId' | 'now'>,
): boolean {
  const told = { destination, userId, anonymousId, eventId, joinedAt: now.getTime() };
  return identities.join.run(told).changes > 0;
}

export function claimDeliveries(sql: Statements, claim: DeliveryClaim, tally: Tally): ClaimedDeliveries {
  const { destination, worker: claimedBy, limit, leaseMs, now, admit } = claim;
  endLeases(sql, { destination, now: now.getTime(), until: now.getTime() }, tally);
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
  const { changes } = sql.deliveries.endLeases.run(end);
  tally.deliveries(end.destination, 'in_flight', -changes);
  tally.deliveries(end.destination, 'pending', changes);
}

export function endAllDeliveryLeases(sql: Statements, now: Date, tally: Tally): void {
  for (const destination of sql.tally.names.all('delivery')) {
    endLeases(sql, { destination, now: now.getTime(), until: Number.MAX_SAFE_INTEGER }, tally);
  }
}

/** False when the lease was lost; then nothing is written. */
export function settleDelivery(sql: Statements, settlement: Settlement, tally: Tally): boolean {
  const { delivery } = settlement;
  const move = moveOf(settlement);
  const moved = sql.deliveries.move.get(move);
  if (moved === undefined) return false;
  if (move.settledAt !== null && moved.person !== null) {
    sql.deliveries.putInFront.run({ destination: delivery.destination, person: moved.person });
  }
  if ('attempt' in settlement) addAttempt(sql, contentOf(settlement.attempt));
  tally.deliveries(delivery.destination, 'in_flight', -1);
  tally.deliveries(delivery.destination, move.status, 1);
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

function addAttempt(sql: Statements, content: AttemptContent): void {
  sql.deliveries.insertAttempt.run({ ...content, digest: attemptDigest(content) });
}

function contentOf({ id, deliveryId, number, startedAt, durationMs, outcome }: Attempt): AttemptContent {
  const retry = outcome.kind === 'retry' ? outcome : undefined;
  const wait = retry?.retryAfterMs;
  return {
    id,
    deliveryId,
    number,
    startedAt: startedAt.getTime(),
    durationMs: Math.round(durationMs),
    outcome: outcome.kind,
    reason: outcome.kind === 'delivered' ? null : outcome.reason,
    message: outcome.kind === 'delivered' ? null : outcome.message,
    retryAfterMs: wait === undefined ? null : Math.round(wait),
    lane: retry?.lane ?? null,
    ambiguous: retry?.ambiguous === true ? 1 : 0,
    responseStatus: outcome.response?.status ?? null,
    responseBody: outcome.response?.body ?? null,
  };
}

export function nextDeliveryAt(sql: Statements, destination: string): Date | null {
  return earliest([sql.deliveries.firstDue.get(destination), sql.deliveries.firstLeaseEnd.get(destination)]);
}
