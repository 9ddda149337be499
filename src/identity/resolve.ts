import type { Identifier, IdOrigin, Link, Stitch } from '../model/identity.ts';
import { type Reached, type Walk, walk } from './walk.ts';

/** What the links know of the person an event is about. */
export interface Resolution {
  /** The ids to send, the event's own or those the links lead to; absent where there is none. */
  readonly userId?: string;
  readonly anonymousId?: string;
  readonly stitch: Stitch;
  /** The anonymous ids that are known to be this user's; empty without a user. */
  readonly joins: readonly string[];
}

/** A way through the links that is told by whoever can read them: in one go or batch by batch. */
export type Resolving = Generator<readonly Identifier[], Resolution, readonly (readonly Link[])[]>;

export function* resolve(own: readonly Identifier[]): Resolving {
  const found = yield* walk(own);
  const ownAnonymousId = own.find(({ kind }) => kind === 'anonymous_id')?.value;
  const nearest = found.reached.find(({ identifier, hops }) => identifier.kind === 'anonymous_id' && hops > 0);
  const userId = found.user?.id;
  const anonymousId = ownAnonymousId ?? nearest?.identifier.value;
  return {
    ...(userId !== undefined && { userId }),
    ...(anonymousId !== undefined && { anonymousId }),
    stitch: {
      user_id: userOrigin(found),
      anonymous_id: ownAnonymousId === undefined ? linkOrigin(nearest) : { from: 'event' },
      ...(found.conflict !== undefined && { conflict: found.conflict }),
      ...(found.shared.length > 0 && { shared: found.shared.map(({ kind }) => kind) }),
    },
    joins: userId === undefined ? [] : anonymousIds(found),
  };
}

const anonymousIds = ({ reached }: Walk): readonly string[] =>
  reached.flatMap(({ identifier }) => (identifier.kind === 'anonymous_id' ? [identifier.value] : []));

function userOrigin({ user }: Walk): IdOrigin {
  if (user === undefined) return { from: 'nowhere' };
  return user.by === undefined ? { from: 'event' } : fromLink(user.by);
}

function linkOrigin(found: Reached | undefined): IdOrigin {
  if (found?.step === undefined) return { from: 'nowhere' };
  return fromLink({ hops: found.hops, via: found.via, link: found.step.link });
}

interface Way {
  readonly hops: number;
  readonly via: Identifier;
  readonly link: Link;
}

const fromLink = ({ hops, via, link }: Way): IdOrigin => ({
  from: 'link',
  via: via.kind,
  source: link.source,
  event_id: link.eventId,
  seen_at: link.seenAt.toISOString(),
  hops,
});
