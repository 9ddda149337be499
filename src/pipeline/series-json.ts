/** What happened when, as the API shows it: column by column, ready to be drawn. */
import { dateFromMs } from '../model/clock.ts';
import { eventStatuses } from '../model/event.ts';
import { stitchOrigins } from '../model/identity.ts';
import type { JsonObject } from '../model/json.ts';
import { deliveryEnds, latencyBoundsMs, type SeriesKind, type SeriesPoint, startOf, stepsMs } from '../model/series.ts';
import type { SeriesRange } from '../store/store.ts';

/** The counts of one source or destination, by what was counted: one number for each step. */
type Columns = ReadonlyMap<string, readonly number[]>;

export function seriesJson(range: SeriesRange, points: readonly SeriesPoint[]): JsonObject {
  const { step, since, until } = range;
  const times = timesOf(range);
  const places = new Map(times.map((ms, place) => [ms, place]));
  const own = Map.groupBy(points, ({ kind, name }) => `${kind} ${name}`);
  const columnsOf = (kind: SeriesKind, name: string): Columns => columnsIn(own.get(`${kind} ${name}`) ?? [], places);
  const names = (kinds: readonly SeriesKind[]): readonly string[] =>
    [...new Set(points.flatMap(({ kind, name }) => (kinds.includes(kind) ? [name] : [])))].sort();
  return {
    step,
    step_seconds: stepsMs[step] / 1_000,
    since: dateFromMs(startOf(step, since.getTime())).toISOString(),
    until: until.toISOString(),
    at: times.map((ms) => dateFromMs(ms).toISOString()),
    sources: names(['event', 'refusal', 'stitching']).map((name) =>
      sourceJson(name, times.length, (kind) => columnsOf(kind, name)),
    ),
    destinations: names(['delivery', 'latency']).map((name) =>
      destinationJson(name, times.length, (kind) => columnsOf(kind, name)),
    ),
  };
}

/** How many steps a range has. */
export const stepsIn = ({ since, until, step }: SeriesRange): number =>
  Math.max(0, Math.ceil((until.getTime() - startOf(step, since.getTime())) / stepsMs[step]));

const timesOf = (range: SeriesRange): readonly number[] =>
  Array.from(
    { length: stepsIn(range) },
    (_, index) => startOf(range.step, range.since.getTime()) + index * stepsMs[range.step],
  );

/** `places` are the numbers of the steps by their times. */
function columnsIn(points: readonly SeriesPoint[], places: ReadonlyMap<number, number>): Columns {
  const columns = new Map<string, number[]>();
  for (const { what, startsAt, count } of points) {
    const column = columns.get(what) ?? Array.from(places, () => 0);
    const place = places.get(startsAt.getTime());
    if (place !== undefined) column[place] = (column[place] ?? 0) + count;
    columns.set(what, column);
  }
  return columns;
}

const sum = (column: readonly number[]): number => column.reduce((all, count) => all + count, 0);

function sourceJson(name: string, length: number, columnsOf: (kind: SeriesKind) => Columns): JsonObject {
  const [events, refusals, stitching] = [columnsOf('event'), columnsOf('refusal'), columnsOf('stitching')];
  const zeros = Array.from({ length }, () => 0);
  const statuses = Object.fromEntries(eventStatuses.map((status) => [status, events.get(status) ?? zeros]));
  const origins = Object.fromEntries(stitchOrigins.map((origin) => [origin, stitching.get(origin) ?? zeros]));
  const rejected = zeros.map((_, place) => sum([...refusals.values()].map((column) => column[place] ?? 0)));
  const stitched = totalsOf(origins);
  const all = sum(Object.values(stitched));
  return {
    name,
    ...statuses,
    rejected,
    stitching: origins,
    totals: {
      ...totalsOf(statuses),
      rejected: sum(rejected),
      rejections: Object.fromEntries([...refusals].map(([reason, column]) => [reason, sum(column)])),
      stitching: { ...stitched, rate: all === 0 ? 0 : (stitched.link ?? 0) / all },
    },
  };
}

const totalsOf = (columns: Readonly<Record<string, readonly number[]>>): Record<string, number> =>
  Object.fromEntries(Object.entries(columns).map(([what, column]) => [what, sum(column)]));

function destinationJson(name: string, length: number, columnsOf: (kind: SeriesKind) => Columns): JsonObject {
  const [deliveries, latency] = [columnsOf('delivery'), columnsOf('latency')];
  const zeros = Array.from({ length }, () => 0);
  const ends = Object.fromEntries(deliveryEnds.map((end) => [end, deliveries.get(end) ?? zeros]));
  const histograms = zeros.map((_, place) => histogramOf((what) => latency.get(what)?.[place] ?? 0));
  const whole = histogramOf((what) => sum(latency.get(what) ?? []));
  return {
    name,
    ...ends,
    latency: Object.fromEntries(
      quantiles.map(([key, share]) => [key, histograms.map((histogram) => quantileOf(histogram, share))]),
    ),
    totals: { ...totalsOf(ends), latency: latencyJson(whole) },
  };
}

const quantiles = [
  ['p50_ms', 0.5],
  ['p95_ms', 0.95],
  ['p99_ms', 0.99],
] as const;

/** By upper bound, the shortest first; null stands for what took longer than all of them. */
type Histogram = readonly { readonly upTo: number | null; readonly count: number }[];

const histogramOf = (countOf: (what: string) => number): Histogram => [
  ...latencyBoundsMs.map((upTo) => ({ upTo, count: countOf(String(upTo)) })),
  { upTo: null, count: countOf('more') },
];

const latencyJson = (histogram: Histogram): JsonObject => ({
  count: sum(histogram.map(({ count }) => count)),
  ...Object.fromEntries(quantiles.map(([key, share]) => [key, quantileOf(histogram, share)])),
  buckets: histogram.map(({ upTo, count }) => ({ upto_ms: upTo, count })),
});

/**
 * In milliseconds, as if within a bucket they were evenly spread; null of nothing. What took longer than the last bound is
 * told as that.
 */
function quantileOf(histogram: Histogram, share: number): number | null {
  const rank = share * sum(histogram.map(({ count }) => count));
  if (rank === 0) return null;
  let [before, from] = [0, 0];
  for (const { upTo, count } of histogram) {
    if (upTo === null) return from;
    if (before + count >= rank) return Math.round(from + ((upTo - from) * (rank - before)) / count);
    [before, from] = [before + count, upTo];
  }
  return from;
}
