import type { ApiSeries } from '../../api-shapes/series.ts';
import { pathWith } from '../api/client.ts';
import { type Loaded, useApi } from '../api/use-api.ts';
import { nowMs, timeAt } from '../clock.ts';

/** How far back a chart looks, and how often that moves on. */
export const ranges = {
  '1h': { title: 'Last hour', ms: 3_600_000, movesEveryMs: 15_000 },
  '24h': { title: 'Last 24 hours', ms: 86_400_000, movesEveryMs: 60_000 },
  '7d': { title: 'Last 7 days', ms: 7 * 86_400_000, movesEveryMs: 300_000 },
  '30d': { title: 'Last 30 days', ms: 30 * 86_400_000, movesEveryMs: 900_000 },
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
  const { ms, movesEveryMs } = ranges[range];
  // The same path for a while, whatever is rendered meanwhile.
  const endsAt = Math.floor(nowMs.value / movesEveryMs) * movesEveryMs;
  return useApi<ApiSeries>(pathWith('/series', { since: timeAt(endsAt - ms), ...of }), ['events', 'deliveries']);
}
