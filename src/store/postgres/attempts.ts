import type { NewAttempt } from '../delivery-moves.ts';
import { attemptDigest } from '../digest.ts';
import type { Transaction } from './connections.ts';
import { deliverySql } from './delivery-sql.ts';
import { toHex } from './hex.ts';
import { toRecords } from './text.ts';

export function insertAttempts(tx: Transaction, attempts: readonly NewAttempt[]): void {
  if (attempts.length === 0) return;
  const rows = attempts.map((attempt) => ({ ...attempt, digest: toHex(attemptDigest(attempt)) }));
  tx.along(deliverySql.insertAttempts, [toRecords(rows)]);
}
