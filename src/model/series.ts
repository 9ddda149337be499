/** What is counted over time: events by what became of them, refused requests by reason, where ids came from, deliveries, their latency. */
export const seriesKinds = ['event', 'refusal', 'stitching', 'delivery', 'latency'] as const;
export type SeriesKind = (typeof seriesKinds)[number];

export interface SeriesKey {
  readonly kind: SeriesKind;
  /** A source, or a destination. */
  readonly name: string;
  readonly what: string;
}

/** So many times in the minute, hour or day that begins then. */
export interface SeriesPoint extends SeriesKey {
  readonly startsAt: Date;
  readonly count: number;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** Days are those of UTC. */
export const stepsMs = { minute: minuteMs, hour: hourMs, day: 24 * hourMs } as const;
export type SeriesStep = keyof typeof stepsMs;
export const seriesSteps = ['minute', 'hour', 'day'] as const satisfies readonly SeriesStep[];

/** The start of the step that a time is in. */
export const startOf = (step: SeriesStep, ms: number): number => ms - (ms % stepsMs[step]);

/** What can become of an attempt or a delivery, in the words of both: `retry` is one that failed with tries left. */
export const deliveryEnds = ['delivered', 'retry', 'dead', 'cancelled'] as const;

/** In milliseconds; what takes longer than the last one is counted as `more`. */
export const latencyBoundsMs = [
  ...[5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 30_000],
  ...[60_000, 300_000, 1_800_000, 7_200_000, 21_600_000, 86_400_000],
] as const;

/** Under which a delivery that took so long is counted. */
export function latencyOf(ms: number): string {
  const bound = latencyBoundsMs.find((most) => ms <= most);
  return bound === undefined ? 'more' : String(bound);
}
