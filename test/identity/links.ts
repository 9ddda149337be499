import { toIdentifier } from '../../src/identity/identifier.ts';
import { type Resolution, resolve } from '../../src/identity/resolve.ts';
import { linksReadMax } from '../../src/identity/sharing.ts';
import type { EventId } from '../../src/model/id.ts';
import type { Identifier, Link } from '../../src/model/identity.ts';

/** An event of a test: what it carries, and when it occurred in milliseconds. */
export interface Carrying {
  readonly id: EventId;
  readonly at: number;
  readonly source?: string;
  readonly identifiers: readonly Identifier[];
}

/** `email:ada@example.com` */
export function identifierFrom(text: string): Identifier {
  const [, kind = '', value = ''] = /^(\w+):(.*)$/.exec(text) ?? [];
  return toIdentifier(kind, value) ?? { kind, value };
}

/** The links that events leave behind, as plainly as can be: every pair of every event, the latest of each kept. */
export function linksOf(events: readonly Carrying[], of: Identifier): readonly Link[] {
  const latest = new Map<string, Link>();
  const carrying = events.filter(({ identifiers }) => identifiers.some((each) => same(each, of)));
  for (const { id, at, source = 'test', identifiers } of carrying.toSorted(
    (a, b) => a.at - b.at || (a.id < b.id ? -1 : 1),
  ))
    for (const to of identifiers)
      if (!same(to, of)) latest.set(`${to.kind}:${to.value}`, { to, source, eventId: id, seenAt: new Date(at) });
  return [...latest.values()].toSorted((a, b) => b.seenAt.getTime() - a.seenAt.getTime()).slice(0, linksReadMax + 1);
}

const same = (one: Identifier, other: Identifier): boolean => one.kind === other.kind && one.value === other.value;

export function resolveBy(own: readonly Identifier[], read: (of: Identifier) => readonly Link[]): Resolution {
  const resolving = resolve(own);
  let asked = resolving.next();
  while (asked.done !== true) asked = resolving.next(asked.value.map(read));
  return asked.value;
}

/** What is known of an event's person after all events have arrived. */
export const resolveAfter = (events: readonly Carrying[], own: readonly string[]): Resolution =>
  resolveBy(own.map(identifierFrom), (of) => linksOf(events, of));
