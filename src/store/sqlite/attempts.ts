import type { Attempt } from '../../model/attempt.ts';
import { type AttemptContent, attemptDigest } from '../digest.ts';
import type { Statements } from './statements.ts';

export function addAttempt(sql: Statements, content: AttemptContent): void {
  sql.deliveries.insertAttempt.run({ ...content, digest: attemptDigest(content) });
}

export function contentOf({ id, deliveryId, number, startedAt, durationMs, outcome }: Attempt): AttemptContent {
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
