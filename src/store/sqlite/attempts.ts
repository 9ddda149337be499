import type { NewAttempt } from '../delivery-moves.ts';
import { attemptDigest } from '../digest.ts';
import type { Statements } from './statements.ts';

export function addAttempt({ deliveries }: Statements, attempt: NewAttempt): void {
  deliveries.insertAttempt.run({ ...attempt, digest: attemptDigest(attempt) });
}
