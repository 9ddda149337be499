export const timestampFormats = ['unix_s', 'unix_ms', 'unix', 'rfc3339', 'http_date'] as const;
export type TimestampFormat = (typeof timestampFormats)[number];

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;
const httpDate = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;

/** The moment that a timestamp names, in milliseconds; undefined where it is not written as its format says. */
export function parseTimestamp(text: string, format: TimestampFormat): number | undefined {
  switch (format) {
    case 'unix_s':
      return unixMs(text, 10, 1000);
    case 'unix_ms':
      return unixMs(text, 13, 1);
    case 'unix':
      return unixMs(text, 10, 1000) ?? unixMs(text, 13, 1);
    case 'rfc3339':
      return rfc3339.test(text) ? momentIn(text) : undefined;
    case 'http_date':
      return httpDate.test(text) ? momentIn(text) : undefined;
  }
}

/**
 * Exactly `digits` digits: the count keeps seconds and milliseconds apart, and one spelling per moment keeps the signed
 * text equal to what we read.
 */
const unixMs = (text: string, digits: number, unit: number): number | undefined =>
  text.length === digits && /^[1-9][0-9]*$/.test(text) ? Number(text) * unit : undefined;

function momentIn(text: string): number | undefined {
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}

/** As a sender writes it. */
export function writeTimestamp(at: Date, format: TimestampFormat): string {
  switch (format) {
    case 'unix_s':
    case 'unix':
      return `${Math.floor(at.getTime() / 1000)}`;
    case 'unix_ms':
      return `${at.getTime()}`;
    case 'rfc3339':
      return at.toISOString();
    case 'http_date':
      return at.toUTCString();
  }
}

export interface Tolerance {
  readonly pastMs: number;
  readonly futureMs: number;
}

/**
 * Whether a signed time is near enough to now; the limits themselves still pass. Both directions count: vendors'
 * libraries accept any future time, which would let a captured request be replayed until then.
 */
export const isFresh = (atMs: number, nowMs: number, { pastMs, futureMs }: Tolerance): boolean =>
  nowMs - atMs <= pastMs && atMs - nowMs <= futureMs;
