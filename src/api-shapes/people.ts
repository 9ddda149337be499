import type { Identifier } from '../model/identity.ts';

export interface ApiPersonIdentifier extends Identifier {
  readonly hops: number;
  readonly shared: boolean;
  readonly link: {
    readonly from: Identifier;
    readonly source: string;
    readonly event_id: string;
    readonly seen_at: string;
  } | null;
}

/** A person as the API answers it. */
export interface ApiPerson {
  readonly user_id: string | null;
  readonly conflict: number | null;
  readonly identifiers: readonly ApiPersonIdentifier[];
  readonly events: readonly {
    readonly id: string;
    readonly source: string;
    readonly type: string;
    readonly occurred_at: string;
    readonly status: string;
  }[];
}

/** What forgetting somebody came to, as the API answers it. */
export interface ApiForgotten {
  readonly identifiers: number;
  readonly events: number;
  readonly requests: number;
  readonly deliveries: number;
  readonly attempts: number;
  readonly emptied: number;
  readonly verified: boolean;
  readonly remaining: readonly string[];
  readonly too_short: readonly string[];
}
