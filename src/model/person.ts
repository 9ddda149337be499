import type { EventStatus } from './event.ts';
import type { EventId } from './id.ts';
import type { Identifier } from './identity.ts';

/** The event that showed that two identifiers belong together. */
export interface PersonLink {
  readonly from: Identifier;
  readonly to: Identifier;
  readonly source: string;
  readonly eventId: EventId;
  readonly seenAt: Date;
}

export interface PersonIdentifier extends Identifier {
  /** Links on the way to it; 0 for the one that was asked for. */
  readonly hops: number;
  /** Whether so many people share it that it says nothing about who someone is. */
  readonly isShared: boolean;
  /** The link that led to it; null for the one that was asked for. */
  readonly link: PersonLink | null;
}

export interface PersonEvent {
  readonly id: EventId;
  readonly source: string;
  readonly type: string;
  readonly occurredAt: Date;
  readonly status: EventStatus;
}

/** What is known of the person behind one identifier. */
export interface Person {
  readonly userId: string | null;
  /** How many users the identifier leads to, where that is more than one: then it is no single person's. */
  readonly conflict: number | null;
  /** Nearest first. */
  readonly identifiers: readonly PersonIdentifier[];
  /** Newest first; the newest hundred. */
  readonly events: readonly PersonEvent[];
}

/** What was erased with a person. */
export interface Erased {
  readonly events: number;
  readonly requests: number;
  readonly deliveries: number;
  readonly attempts: number;
  /** Places in what is not theirs that told of them and are empty now: elements of a batch, answers of a destination. */
  readonly emptied: number;
}

export interface Forgotten extends Erased {
  readonly identifiers: number;
  /** Whether the files of the store were searched afterwards and held none of the identifiers. */
  readonly isVerified: boolean;
  /** Kinds of the identifiers that were still there. */
  readonly remaining: readonly string[];
  /** Kinds of ids that are too short to be told from other text: found by links and keys, not searched in the files. */
  readonly tooShort: readonly string[];
}
