/** Deliveries on their way out: queued, claimed by a sender, settled. What writes runs inside a transaction. */
import type { Attempt } from '../../model/attempt.ts';
import { addMs } from '../../model/clock.ts';
import type { ClaimedDelivery, Draft, JoinDraft, Settlement } from '../../model/delivery.ts';
import { type EventId, newId } from '../../model/id.ts';
import { earliest, toDelivery } from '../rows.ts';
import type { Claim } from '../store.ts';
import type { Tally } from '../tally.ts';
import type { DeliveryMove, EndOfLeases, NewAttempt } from './delivery-statements.ts';
import type { Statements } from './statements.ts';

interface Queued {
  readonly eventId: EventId;
  readonly drafts: readonly (Draft | JoinDraft)[];
  readonly now: Date;
}

export function insertDrafts(sql: Statements, { eventId, drafts, now }: Queued, tally: Tally): void {
  for (const draft of drafts) {
    const { mapping, item, destination, outgoingId, payload, stitch } = draft;
    if ('join' in draft && !isNewJoin(sql, draft, { eventId, now }) && draft.join.isAll) continue;
    sql.deliveries.insert.run({
      id: newId('dlv', now),
      eventId,
      mappingFile: mapping.file,
      mappingVersion: mapping.version,
      item,
      destination,
      outgoingId,
      createdAt: now.getTime(),
      payload,
      stitch: stitch === null ? null : JSON.stringify(stitch),
    });
    tally.deliveries(destination, 'pending', 1);
  }
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

interface DestinationClaim extends Claim {
  readonly destination: string;
}

export function claimDeliveries(sql: Statements, claim: DestinationClaim, tally: Tally): readonly ClaimedDelivery[] {
  const { destination, worker: claimedBy, limit, leaseMs, now } = claim;
  const leaseEndsAt = addMs(now, leaseMs);
  endLeases(sql, { destination, now: now.getTime(), until: now.getTime() }, tally);
  const claimed = sql.deliveries.due.all(destination, now.getTime(), limit).map((row): ClaimedDelivery => {
    sql.deliveries.claim.run(claimedBy, leaseEndsAt.getTime(), row.seq);
    return { ...toDelivery(row), payload: row.payload, state: { status: 'in_flight', claimedBy, leaseEndsAt } };
  });
  tally.deliveries(destination, 'pending', -claimed.length);
  tally.deliveries(destination, 'in_flight', claimed.length);
  return claimed;
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
  if (sql.deliveries.move.run(move).changes === 0) return false;
  if ('attempt' in settlement) sql.deliveries.insertAttempt.run(toNewAttempt(settlement.attempt));
  tally.deliveries(delivery.destination, 'in_flight', -1);
  tally.deliveries(delivery.destination, move.status, 1);
  return true;
}

function moveOf(settlement: Settlement): DeliveryMove {
  const { id, state, attempts } = settlement.delivery;
  const settledAt = settlement.settledAt.getTime();
  const lease = { id, worker: state.claimedBy };
  switch (settlement.to) {
    case 'delivered':
      return { ...lease, ...tried(settlement.attempt), status: 'delivered', dueAt: null, settledAt, reason: null };
    case 'dead': {
      const { attempt, reason } = settlement;
      return { ...lease, ...tried(attempt), status: 'dead', dueAt: null, settledAt, reason };
    }
    case 'pending': {
      const dueAt = settlement.dueAt.getTime();
      return { ...lease, ...tried(settlement.attempt), status: 'pending', dueAt, settledAt: null, reason: null };
    }
    case 'released':
      return { ...lease, attempts, tried: 0, status: 'pending', dueAt: settledAt, settledAt: null, reason: null };
  }
}

/** The row must still count the attempts made before this one. */
const tried = ({ number }: Attempt) => ({ attempts: number - 1, tried: 1 }) as const;

function toNewAttempt({ id, deliveryId, number, startedAt, durationMs, outcome }: Attempt): NewAttempt {
  const wait = outcome.kind === 'retry' ? outcome.retryAfterMs : undefined;
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
    lane: outcome.kind === 'fail' ? (outcome.lane ?? null) : null,
    responseStatus: outcome.response?.status ?? null,
    responseBody: outcome.response?.body ?? null,
  };
}

export function nextDeliveryAt(sql: Statements, destination: string): Date | null {
  return earliest([sql.deliveries.firstDue.get(destination), sql.deliveries.firstLeaseEnd.get(destination)]);
}
