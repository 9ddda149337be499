import { createHash } from 'node:crypto';
import type { ReceivedRequest } from '../model/event.ts';
import { withoutElements } from './array-elements.ts';

/**
 * One-way: whether an event was erased can be asked, and not which ones were. Half of a surrogate pair counts as what SQLite
 * keeps in its place, so that the key of what was sent is that of what is stored.
 */
export const digestOf = (source: string, externalId: string): Buffer =>
  createHash('sha256')
    .update(JSON.stringify([source, externalId.toWellFormed()]))
    .digest();

/** The request without these of its events, told by their places. */
export function withoutEvents(request: ReceivedRequest, isErased: readonly boolean[]): ReceivedRequest {
  if (!isErased.includes(true)) return request;
  const items = new Set(request.events.flatMap(({ item }, index) => (isErased[index] && item !== null ? [item] : [])));
  const body =
    items.size === 0 ? request.body : Buffer.from(withoutElements(Buffer.from(request.body).toString(), items));
  return { ...request, body, events: request.events.filter((_, index) => !isErased[index]) };
}
