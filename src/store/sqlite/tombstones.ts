import type { ReceivedRequest } from '../../model/event.ts';
import type { KeptEvent } from '../erasing.ts';
import { digestOf, withoutEvents } from '../tombstones.ts';
import type { Statements } from './statements.ts';

/** For good: whose it was has been forgotten. */
export function bury({ purges }: Statements, { source, external_id }: KeptEvent): void {
  purges.remember.run(digestOf(source, external_id), null);
}

/** For a time: it was kept as long as it had to be. */
export function rememberGone({ purges }: Statements, { source, external_id }: KeptEvent, now: Date): void {
  purges.remember.run(digestOf(source, external_id), now.getTime());
}

/** The request without the events that are gone; where none is this costs one short look. */
export function withoutGone({ purges }: Statements, request: ReceivedRequest): ReceivedRequest {
  if (purges.firstGone.get() == null) return request;
  const isGone = request.events.map(
    ({ externalId }) => purges.isGone.get(digestOf(request.source, externalId)) !== undefined,
  );
  return withoutEvents(request, isGone);
}
