import type { Identifier, Link } from '../model/identity.ts';
import { isSharedByName } from './identifier.ts';

/** Links read of one identifier, the latest first. Who has more is shared, or a user with more browsers than matter. */
export const linksReadMax = 64;

/**
 * How many different identifiers of a kind one person may have. A switchboard's number or a shop's tablet passes one of
 * these soon; a person with a second address, a new phone or a cleared browser does not.
 */
const personalMax: Readonly<Record<string, number>> = { user_id: 1, email: 3, phone: 3, anonymous_id: 15 };
const personalMaxOfRecords = 10;

/** Whether an identifier belongs to so many that it says nothing about who an event is from. A user id never does. */
export function isShared(identifier: Identifier, links: readonly Link[]): boolean {
  if (identifier.kind === 'user_id') return false;
  if (isSharedByName(identifier) || links.length > linksReadMax) return true;
  const counts = new Map<string, number>();
  for (const { to } of links) counts.set(to.kind, (counts.get(to.kind) ?? 0) + 1);
  return [...counts].some(([kind, count]) => count > (personalMax[kind] ?? personalMaxOfRecords));
}
