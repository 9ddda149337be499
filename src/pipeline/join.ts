import type { CommonSettings, Destination } from '../destinations/destination.ts';
import type { Resolution } from '../identity/resolve.ts';
import type { Run, RunItem } from '../mapping/run.ts';
import type { CanonicalEvent } from '../model/canonical-event.ts';
import type { Draft, JoinDraft } from '../model/delivery.ts';
import { outgoingId } from '../model/id.ts';

/** A destination that is on, with its public settings only. */
export interface JoinTarget {
  readonly destination: Pick<Destination, 'joins' | 'translate'>;
  readonly settings: CommonSettings;
}

export interface JoinScope {
  readonly mapping: Run['mapping'];
  readonly index: number;
  readonly item: RunItem;
  readonly resolution: Resolution | undefined;
  readonly targets: ReadonlyMap<string, JoinTarget>;
  /** Of the item; the joins stand in it before the event that they belong to. */
  readonly line: Pick<Draft, 'person' | 'formerly'>;
}

/**
 * What tells the destinations of an item that visitors they know are the user: one identify for each anonymous id that
 * is known to be theirs. The store drops what a destination has been told before.
 */
export function joinDrafts(scope: JoinScope): readonly JoinDraft[] {
  const { item, resolution, targets } = scope;
  const { event } = item;
  if (event === undefined || resolution?.userId === undefined) return [];
  const userId = resolution.userId;
  return item.results.flatMap(({ destination: name, outcome }) => {
    const target = targets.get(name);
    if (outcome !== 'payload' || target?.destination.joins !== true) return [];
    return resolution.joins
      .filter((anonymousId) => anonymousId !== ownJoin(event)?.anonymousId || userId !== event.user.id)
      .flatMap((anonymousId) =>
        joinDraft(scope, event, { name, target, userId, anonymousId, stitch: resolution.stitch }),
      );
  });
}

/** The pair that an identify of the mapping's own tells its destinations. */
export function ownJoin(event: CanonicalEvent | undefined): JoinDraft['join'] | undefined {
  const { id: userId, anonymous_id: anonymousId } = event?.user ?? {};
  if (event?.type !== 'identify' || userId === undefined || anonymousId === undefined) return undefined;
  return { userId, anonymousId, isAll: false };
}

interface Pair {
  readonly userId: string;
  readonly anonymousId: string;
}

interface Joining extends Pair, Pick<Resolution, 'stitch'> {
  readonly name: string;
  readonly target: JoinTarget;
}

function joinDraft(
  { mapping, index, line }: JoinScope,
  event: CanonicalEvent,
  { name, target, userId, anonymousId, stitch }: Joining,
): readonly JoinDraft[] {
  const id = outgoingId({
    source: 'identity',
    eventId: JSON.stringify([userId, anonymousId]),
    mapping: '',
    item: 0,
    destination: name,
  });
  const identify: CanonicalEvent = {
    type: 'identify',
    id,
    timestamp: event.timestamp,
    // Nothing else about the person: what a destination may know is for its mapping to say.
    user: { id: userId, anonymous_id: anonymousId },
    attributes: {},
    context: {},
  };
  const translated = target.destination.translate(identify, { settings: target.settings, outgoingId: id });
  if (!('payload' in translated) || translated.lacks !== undefined) return [];
  const payload = JSON.stringify(translated.payload);
  const join = { userId, anonymousId, isAll: true };
  return [{ mapping, item: index, destination: name, outgoingId: id, payload, stitch, ...line, join }];
}
