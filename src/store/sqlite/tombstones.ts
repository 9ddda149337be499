import { createHash } from 'node:crypto';
import type { ReceivedRequest } from '../../model/event.ts';
import { withoutElements } from './array-elements.ts';
import type { Statements } from './statements.ts';

/** One-way: whether an event was erased can be asked, and not which ones were. */
const digestOf = (source: string, externalId: string): Uint8Array =>
  createHash('sha256')
    .update(JSON.stringify([source, externalId]))
    .digest();

export function bury({ erasures }: Statements, source: string, externalId: string): void {
  erasures.bury.run(digestOf(source, externalId));
}

/** The request without the events that have been erased; where nobody was ever forgotten this costs one short look. */
export function withoutErased({ erasures }: Statements, request: ReceivedRequest): ReceivedRequest {
  if (erasures.firstBuried.get() == null) return request;
  const isErased = request.events.map(
    ({ externalId }) => erasures.isBuried.get(digestOf(request.source, externalId)) !== undefined,
  );
  if (!isErased.includes(true)) return request;
  const items = new Set(request.events.flatMap(({ item }, index) => (isErased[index] && item !== null ? [item] : [])));
  const body =
    items.size === 0 ? request.body : Buffer.from(withoutElements(Buffer.from(request.body).toString(), items));
  return { ...request, body, events: request.events.filter((_, index) => !isErased[index]) };
}
