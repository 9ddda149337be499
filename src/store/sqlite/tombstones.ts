import { createHash } from 'node:crypto';
import type { ReceivedRequest } from '../../model/event.ts';
import { withoutElements } from './array-elements.ts';
import type { KeptEvent } from './erasure-statements.ts';
import type { Statements } from './statements.ts';

/** One-way: whether an event is gone can be asked, and not which ones are. */
const digestOf = (source: string, externalId: string): Uint8Array =>
  createHash('sha256')
    .update(JSON.stringify([source, externalId]))
    .digest();

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
  if (!isGone.includes(true)) return request;
  const items = new Set(request.events.flatMap(({ item }, index) => (isGone[index] && item !== null ? [item] : [])));
  const body =
    items.size === 0 ? request.body : Buffer.from(withoutElements(Buffer.from(request.body).toString(), items));
  return { ...request, body, events: request.events.filter((_, index) => !isGone[index]) };
}
