import type { CanonicalEvent } from '../model/canonical-event.ts';
import type { Identifier, IdOrigin, Stitch } from '../model/identity.ts';
import { CanonicalFault, type UnstitchedEvent } from './canonical.ts';

/** What the links say of one event's person; nothing, where there are none. */
export interface Linked {
  readonly userId?: string;
  readonly anonymousId?: string;
  readonly stitch?: Stitch;
}

/** What points at the event's person, as the mapping wrote it: both ids, and the kinds that it stitches. */
export function identifiersOf(
  { event, identifiers }: UnstitchedEvent,
  kinds: readonly string[],
): readonly Identifier[] {
  const { id, anonymous_id, email, phone } = event.user;
  const pointing: Identifier[] = [];
  const add = (kind: string, value: string | undefined): void => {
    if (value !== undefined) pointing.push({ kind, value });
  };
  add('user_id', id);
  add('anonymous_id', anonymous_id);
  if (kinds.includes('email')) add('email', email);
  if (kinds.includes('phone')) add('phone', phone);
  for (const { kind, value } of identifiers) if (kinds.includes(kind)) add(kind, value);
  return pointing;
}

/** Whether the links could add anything. */
export const lacksAnId = ({ event: { user } }: UnstitchedEvent): boolean =>
  user.id === undefined || user.anonymous_id === undefined;

/** The event with its ids: its own, or those the links lead to, or its mapping's stand-ins. Throws `CanonicalFault`. */
export function stitched(
  { event, fallback }: UnstitchedEvent,
  { userId, anonymousId, stitch }: Linked = {},
): { readonly event: CanonicalEvent; readonly stitch: Stitch } {
  const id = event.user.id ?? userId ?? fallback.id;
  const anonymous_id = event.user.anonymous_id ?? anonymousId ?? fallback.anonymous_id;
  if (id === undefined && anonymous_id === undefined) {
    const why = 'has neither id nor anonymous_id, so the event would land on nobody';
    throw new CanonicalFault('event.user', `${why}; add one, a fallback_id, or $skip("why")`);
  }
  return {
    event: {
      ...event,
      user: { ...event.user, ...(id !== undefined && { id }), ...(anonymous_id !== undefined && { anonymous_id }) },
    },
    stitch: {
      ...stitch,
      user_id: originOf(stitch?.user_id, { own: event.user.id, linked: userId, fallback: fallback.id }),
      anonymous_id: originOf(stitch?.anonymous_id, {
        own: event.user.anonymous_id,
        linked: anonymousId,
        fallback: fallback.anonymous_id,
      }),
    },
  };
}

interface Candidates {
  readonly own: string | undefined;
  readonly linked: string | undefined;
  readonly fallback: string | undefined;
}

function originOf(known: IdOrigin | undefined, { own, linked, fallback }: Candidates): IdOrigin {
  if (own !== undefined) return { from: 'event' };
  if (linked !== undefined && known !== undefined) return known;
  return { from: fallback === undefined ? 'nowhere' : 'stable_id' };
}
