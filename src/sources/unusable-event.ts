import { createHash } from 'node:crypto';
import type { RawRequest, SourceEvent } from '../model/event.ts';

/** A genuine body that no event can be read from, as the one failed event it is kept as. */
export function unusableEvent(
  request: Pick<RawRequest, 'body' | 'kind' | 'receivedAt'>,
  unusable: NonNullable<SourceEvent['unusable']>,
): SourceEvent {
  return {
    type: request.kind ?? 'unknown',
    // The same bytes again are the same event: senders repeat what was answered too late.
    externalId: `body:${createHash('sha256').update(request.body).digest('hex')}`,
    occurredAt: request.receivedAt,
    item: null,
    unusable,
  };
}
