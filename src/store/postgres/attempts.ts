import type { NewAttempt } from '../delivery-moves.ts';
import { attemptDigest } from '../digest.ts';
import type { Queries } from './connections.ts';
import { deliverySql } from './delivery-sql.ts';
import { toHex } from './hex.ts';
import { toRecords } from './text.ts';

export async function insertAttempts(tx: Queries, attempts: readonly NewAttempt[]): Promise<void> {
  if (attempts.length === 0) return;
  const rows = attempts.map((attempt) => ({ ...attempt, digest: toHex(attemptDigest(attempt)) }));
  await tx.rows(deliverySql.insertAttempts, [toRecords(rows)]);
}
