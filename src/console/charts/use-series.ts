import type { ApiSeries } from '../../api-shapes/series.ts';
import { pathWith } from '../api/client.ts';
import { type Loaded, useApi } from '../api/use-api.ts';
import { nowMs, timeAt } from '../clock.ts';

/** How far back a chart looks, and how often it asks again. */
export const ranges = {
  '1h': { title: 'Last hour', ms: 3_600_000, asksEveryMs: 15_000 },
  '24h': { title: 'Last 24 hours', ms: 86_400_000, asksEveryMs: 60_000 },
  '7d': { title: 'Last 7 days', ms: 7 * 86_400_000, asksEveryMs: 300_000 },
  '30d': { title: 'Last 30 days', ms: 30 * 86_400_000, asksEveryMs: 900_000 },
} as const;

export type Range = keyof typeof ranges;

export const rangeNames = Object.keys(ranges) as readonly Range[];

/** What the address says, or a day. */
export const rangeIn = (text: string): Range => rangeNames.find((name) => name === text) ?? '24h';

export interface SeriesOf {
  readonly source?: string;
  readonly destination?: string;
}

export function useSeries(range: Range, of: SeriesOf = {}): Loaded<ApiSeries> {
  const { ms, asksEveryMs } = ranges[range];
  // The same path until it is time to ask again, whatever is rendered meanwhile.
  const askedAt = Math.floor(nowMs.value / asksEveryMs) * asksEveryMs;
  return useApi<ApiSeries>(pathWith('/series', { since: timeAt(askedAt - ms), ...of }));
}
