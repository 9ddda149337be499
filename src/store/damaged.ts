/** How it ends what is not what was written: where people see it. */
import type { FailureReason } from '../model/attempt.ts';
import type { EventFailure } from '../model/event.ts';
import { type DeliveryId, newId } from '../model/id.ts';
import type { NewAttempt } from './delivery-moves.ts';

const reason: FailureReason = 'invalid_payload';

/** Dead without having been sent. */
export const damagedDelivery = { reason, cause: 'the stored delivery is damaged' } as const;

/** Failed without having been translated. */
export const damagedEvent = {
  reason: 'not_an_event' satisfies EventFailure,
  cause: 'what is stored is damaged',
  message: 'what is stored of it is damaged: it was not translated; restore a backup',
} as const;

/** Says why a damaged delivery is dead. */
export function damagedAttempt(
  { id, attempts }: { readonly id: DeliveryId; readonly attempts: number },
  now: Date,
): NewAttempt {
  return {
    id: newId('att', now),
    deliveryId: id,
    number: attempts + 1,
    startedAt: now.getTime(),
    durationMs: 0,
    outcome: 'fail',
    reason,
    message: `${damagedDelivery.cause}: it was not sent; restore a backup, or replay its event`,
    retryAfterMs: null,
    lane: null,
    ambiguous: 0,
    responseStatus: null,
    responseBody: null,
  };
}
