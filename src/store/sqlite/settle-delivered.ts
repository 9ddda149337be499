/** What is delivered, all that shared a request at once. Runs inside a transaction. */
import type { Settlement } from '../../model/delivery.ts';
import { type DeliveryMove, deliveryMoveOf, toNewAttempt } from '../delivery-moves.ts';
import { attemptDigest } from '../digest.ts';
import type { Tally } from '../tally.ts';
import type { Damages } from './damages.ts';
import { keepOrder } from './lines.ts';
import type { Statements } from './statements.ts';

type Delivered = Extract<Settlement, { to: 'delivered' }>;

/** Of one destination and one worker, settled at one time. */
export interface DeliveredBatch {
  readonly destination: string;
  readonly settlements: readonly Settlement[];
  readonly damages: Damages;
}

/** The places of those that can be written alike, in nearly always one part; a second one of the same delivery is not. */
export function alike(settlements: readonly Settlement[]): readonly (readonly number[])[] {
  const parts = new Map<string, number[]>();
  const seen = new Set<string>();
  for (const [index, { to, delivery, settledAt }] of settlements.entries()) {
    if (to !== 'delivered' || seen.has(delivery.id)) continue;
    seen.add(delivery.id);
    const key = `${settledAt.getTime()} ${delivery.state.claimedBy}`;
    const part = parts.get(key) ?? [];
    part.push(index);
    parts.set(key, part);
  }
  return [...parts.values()];
}

/** For each settlement: false when the lease was lost; then nothing is written of it. */
export function settleDelivered(sql: Statements, batch: DeliveredBatch, tally: Tally): readonly boolean[] {
  const { destination, damages } = batch;
  const settlements = batch.settlements.filter((one): one is Delivered => one.to === 'delivered');
  const moves = settlements.map(deliveryMoveOf);
  const [first] = moves;
  if (first?.settledAt == null) return [];
  const rows = sql.batches.held.all(JSON.stringify(moves.map(leaseOf)), first.worker);
  const held = new Set<string>(rows.map(({ id }) => id));
  sql.batches.deliver.run(first.settledAt, JSON.stringify(rows.map(({ seq }) => seq)));
  sql.batches.insertAttempts.run(
    JSON.stringify(settlements.filter(({ delivery }) => held.has(delivery.id)).map(attemptRow)),
  );
  const persons = JSON.stringify([...new Set(rows.flatMap(({ person }) => person ?? []))]);
  // Nearly always nothing else of theirs is on its way.
  for (const person of sql.batches.onTheWay.all({ destination, persons }))
    keepOrder(sql, { destination, person, damages });
  tally.deliveries(destination, 'in_flight', -rows.length);
  tally.deliveries(destination, 'delivered', rows.length);
  for (const settlement of settlements) if (held.has(settlement.delivery.id)) tally.settled(settlement);
  return moves.map(({ id }) => held.has(id));
}

const leaseOf = ({ id, token, attempts }: DeliveryMove) => [id, token, attempts];

function attemptRow({ attempt }: Delivered) {
  const row = toNewAttempt(attempt);
  const digest = Buffer.from(attemptDigest(row)).toString('hex');
  const { id, deliveryId, number, startedAt, durationMs, responseStatus, responseBody } = row;
  return [id, deliveryId, number, startedAt, durationMs, responseStatus, responseBody, digest];
}
