/**
 * "Nothing" as a mapping author means it: Stripe and HubSpot are full of nulls, CallRail sends "" for what it does not
 * know and `custom: ""` for no cookies. 0 and false are values.
 */
export function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (typeof value === 'string') return value.trim() === '';
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
