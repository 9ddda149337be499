/**
 * A timestamp of exactly `digits` digits: the count keeps seconds (10) and milliseconds (13) apart, and one spelling
 * per moment keeps the signed text equal to what we read.
 */
export function parseTimestamp(text: string, digits: number): number | undefined {
  return text.length === digits && /^[1-9][0-9]*$/.test(text) ? Number(text) : undefined;
}

/**
 * Whether a signed timestamp is near enough to now, all in one unit; the limit itself still passes. Both directions
 * count: vendors' libraries accept any future time, which would let a captured request be replayed until then.
 */
export const isFresh = (timestamp: number, now: number, tolerance: number): boolean =>
  Math.abs(now - timestamp) <= tolerance;
