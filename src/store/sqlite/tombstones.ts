import type { ReceivedRequest } from '../../model/event.ts';
import { digestOf, withoutEvents } from '../tombstones.ts';
import type { Statements } from './statements.ts';

export function bury({ erasures }: Statements, source: string, externalId: string): void {
  erasures.bury.run(digestOf(source, externalId));
}

/** The request without the events that have been erased; where nobody was ever forgotten this costs one short look. */
export function withoutErased({ erasures }: Statements, request: ReceivedRequest): ReceivedRequest {
  if (erasures.firstBuried.get() == null) return request;
  const isErased = request.events.map(
    ({ externalId }) => erasures.isBuried.get(digestOf(request.source, externalId)) !== undefined,
  );
  return withoutEvents(request, isErased);
}
