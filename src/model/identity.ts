import type { EventId } from './id.ts';

/** Something that points at a person; `value` is normalised (see identity/identifier.ts), so equal means the same. */
export interface Identifier {
  /** One of `identifierKinds`, or a kind of the mappings' own. */
  readonly kind: string;
  readonly value: string;
}

/** The kinds that every gateway knows, strongest first. A kind of the mappings' own stands before `email`. */
export const identifierKinds = [
  'user_id',
  'stripe_customer',
  'hubspot_contact',
  'email',
  'phone',
  'anonymous_id',
] as const;

/** Says that one event carried both its owner and `to`; of several such events the latest. */
export interface Link {
  readonly to: Identifier;
  readonly source: string;
  readonly eventId: EventId;
  /** When that event occurred. */
  readonly seenAt: Date;
}

/** Where an id on a payload came from. Tells the kind of what led to it, never a value: it is shown and kept. */
export type IdOrigin =
  | { readonly from: 'event' }
  | {
      readonly from: 'link';
      /** The kind of the event's own identifier that the way begins with. */
      readonly via: string;
      readonly source: string;
      readonly event_id: EventId;
      /** ISO 8601. */
      readonly seen_at: string;
      /** Links on the way; 1 when an event carried both ends. */
      readonly hops: number;
    }
  /** The mapping's own stand-in (`fallback_id`), which stays the same for the same person. */
  | { readonly from: 'stable_id' }
  | { readonly from: 'nowhere' };

/** How a payload came to its ids, so that a person can ask "why this one?". */
export interface Stitch {
  readonly user_id: IdOrigin;
  readonly anonymous_id: IdOrigin;
  /** How many users the event's identifiers lead to, where that is more than one; then nothing is filled in. */
  readonly conflict?: number;
  /** Kinds of the event's identifiers that belong to too many people to say anything. */
  readonly shared?: readonly string[];
}

/** Ordered by how sure it is; what the statistics count an event under. */
export const stitchOrigins = ['event', 'link', 'stable_id', 'nowhere'] as const;
export type StitchOrigin = (typeof stitchOrigins)[number];

/** The one word for an event: `link` as soon as the graph had a part in it. */
export function originOf({ user_id, anonymous_id }: Pick<Stitch, 'user_id' | 'anonymous_id'>): StitchOrigin {
  const both: readonly StitchOrigin[] = [user_id.from, anonymous_id.from];
  if (both.includes('link')) return 'link';
  return stitchOrigins.find((origin) => both.includes(origin)) ?? 'nowhere';
}
