import type { CanonicalEvent } from '../model/canonical-event.ts';
import { defined } from '../model/defined.ts';
import type { JsonObject } from '../model/json.ts';

/** The event's attributes with its revenue beside them, under the names of Segment's e-commerce spec. */
export const attributesWithRevenue = ({ attributes, revenue }: CanonicalEvent): JsonObject => ({
  ...attributes,
  ...defined({ revenue: revenue?.amount, currency: revenue?.currency }),
});
