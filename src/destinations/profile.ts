import type { CanonicalUser } from '../model/canonical-event.ts';
import type { JsonObject } from '../model/json.ts';
import { stripNulls } from '../model/strip-nulls.ts';

/** Everything an event says about its user besides ids, flat, for vendors without fields of their own for it. */
export const profile = ({ email, phone, name, first_name, last_name, created_at, traits }: CanonicalUser): JsonObject =>
  stripNulls({ email, phone, name, first_name, last_name, created_at, ...traits });
