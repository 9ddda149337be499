import type { Json, JsonObject } from './json.ts';

export const canonicalTypes = ['track', 'identify', 'page', 'screen', 'group', 'alias'] as const;
export type CanonicalType = (typeof canonicalTypes)[number];

export interface CanonicalUser {
  readonly id?: string;
  readonly anonymous_id?: string;
  readonly email?: string;
  readonly phone?: string;
  readonly name?: string;
  readonly first_name?: string;
  readonly last_name?: string;
  readonly created_at?: string;
  /** null removes a trait at a Segment-like destination; elsewhere it is left out. */
  readonly traits?: JsonObject;
  /** The id an `alias` call merges into `id`. */
  readonly previous_id?: string;
}

export interface CanonicalCompany {
  readonly id?: string;
  readonly name?: string;
  readonly created_at?: string;
  readonly traits?: JsonObject;
}

export interface CanonicalContext {
  readonly ip?: string;
  readonly user_agent?: string;
  readonly url?: string;
  readonly title?: string;
  readonly referrer?: string;
  readonly locale?: string;
  readonly timezone?: string;
  readonly campaign?: JsonObject;
  readonly device?: JsonObject;
  readonly os?: JsonObject;
  readonly app?: JsonObject;
}

/**
 * What every mapping's `event:` block yields: the Segment spec with friendlier names. Nulls and empty results are
 * already gone (but under `traits`); destinations translate it into their own payload.
 */
export interface CanonicalEvent {
  readonly type: CanonicalType;
  /** Always present for `track`. */
  readonly name?: string;
  readonly id: string;
  /** ISO 8601 with milliseconds. */
  readonly timestamp: string;
  readonly user: CanonicalUser;
  readonly company?: CanonicalCompany;
  readonly attributes: JsonObject;
  /** `amount` in major units (29 for USD 29.00), `currency` in upper case. Negative for refunds. */
  readonly revenue?: { readonly amount: number; readonly currency?: string };
  readonly context: CanonicalContext;
  readonly category?: string;
  readonly integrations?: Json;
}
