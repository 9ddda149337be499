import type { ApiDestinationSeries, ApiSeries, ApiSourceSeries } from '../../api-shapes/series.ts';
import { counted, number, share } from '../ui/number-text.ts';
import { duration } from '../ui/time-text.ts';
import { Chart } from './chart.tsx';
import type { ChartLine } from './chart-lines.ts';

/** What the charts of the console show, each made of the same answer. */

interface KindProps {
  readonly series: ApiSeries;
  /** Of one source or destination; of all together without. */
  readonly of?: string;
}

const dashes = { whole: [], long: [8, 4], short: [3, 3], mixed: [8, 3, 2, 3] } as const;

const named = <T extends { readonly name: string }>(all: readonly T[], of: string | undefined): readonly T[] =>
  of === undefined ? all : all.filter(({ name }) => name === of);

/** Bucket by bucket. */
const summed = <T,>({ at }: ApiSeries, all: readonly T[], valuesOf: (one: T) => readonly number[]): readonly number[] =>
  at.map((_, index) => all.reduce((sum, one) => sum + (valuesOf(one)[index] ?? 0), 0));

const total = (values: readonly (number | null)[]): number =>
  values.reduce<number>((sum, value) => sum + (value ?? 0), 0);

interface Counted {
  readonly label: string;
  readonly values: readonly number[];
  readonly colour: string;
  readonly dash: readonly number[];
  readonly isFilled?: boolean;
}

const countLine = ({ isFilled = false, ...line }: Counted): ChartLine => ({
  ...line,
  isFilled,
  total: number(total(line.values)),
});

const summaryOf = (lines: readonly ChartLine[]): string =>
  lines.map((line) => `${line.total} ${line.label}`).join(', ');

export function DeliveriesChart({ series, of }: KindProps) {
  const own = named(series.destinations, of);
  const valuesOf = (key: 'delivered' | 'retry' | 'dead') =>
    summed(series, own, (one: ApiDestinationSeries) => one[key]);
  const lines = [
    countLine({
      label: 'delivered',
      values: valuesOf('delivered'),
      colour: '--good',
      dash: dashes.whole,
      isFilled: true,
    }),
    countLine({ label: 'failed attempts', values: valuesOf('retry'), colour: '--warn', dash: dashes.long }),
    countLine({ label: 'dead', values: valuesOf('dead'), colour: '--bad', dash: dashes.short }),
  ];
  return <Chart title="Deliveries" at={series.at} lines={lines} format={number} isWhole summary={summaryOf(lines)} />;
}

/** Of one destination its quantiles; of all the slowest one in each bucket, because quantiles do not add up. */
export function LatencyChart({ series, of }: KindProps) {
  const own = named(series.destinations, of);
  const worst = (key: 'p50_ms' | 'p95_ms' | 'p99_ms'): readonly (number | null)[] =>
    series.at.map((_, index) => {
      const known = own.flatMap(({ latency }) => latency[key][index] ?? []);
      return known.length === 0 ? null : Math.max(...known);
    });
  const line = (key: 'p50_ms' | 'p95_ms' | 'p99_ms', look: Pick<ChartLine, 'label' | 'colour' | 'dash'>): ChartLine => {
    const values = worst(key);
    const known = values.flatMap((value) => value ?? []);
    const most = known.length === 0 ? '–' : `≤ ${duration(Math.max(...known))}`;
    return { ...look, values, isFilled: false, total: most };
  };
  const lines = [
    line('p50_ms', { label: 'half', colour: '--chart-1', dash: dashes.whole }),
    line('p95_ms', { label: '95 %', colour: '--chart-3', dash: dashes.long }),
    line('p99_ms', { label: '99 %', colour: '--chart-4', dash: dashes.short }),
  ];
  const title = of === undefined ? 'Received to delivered, slowest destination' : 'Received to delivered';
  const summary = lines.map((one) => `${one.label} ${one.total}`).join(', ');
  return <Chart title={title} at={series.at} lines={lines} format={duration} summary={summary} />;
}

const linesMax = 4;
const looks = [
  { colour: '--chart-1', dash: dashes.whole },
  { colour: '--chart-2', dash: dashes.long },
  { colour: '--chart-3', dash: dashes.short },
  { colour: '--chart-4', dash: dashes.mixed },
] as const;

/** The busiest sources, and the others together as far as there are more. */
export function VolumeChart({ series, of }: KindProps) {
  const own = named(series.sources, of).toSorted((a, b) => b.totals.received - a.totals.received);
  const shown = own.length > linesMax ? own.slice(0, linesMax - 1) : own;
  const others = own.slice(shown.length);
  const valuesOf = (one: ApiSourceSeries) => one.received;
  const groups: readonly (readonly [string, readonly ApiSourceSeries[]])[] = [
    ...shown.map((one) => [one.name, [one]] as const),
    ...(others.length === 0 ? [] : [[counted(others.length, 'other source'), others] as const]),
  ];
  const lines = groups.map(([label, some], index) =>
    countLine({ label, values: summed(series, some, valuesOf), ...(looks[index] ?? looks[0]), isFilled: index === 0 }),
  );
  const received = lines.length === 0 ? [countLine({ label: of ?? 'received', values: [], ...looks[0] })] : lines;
  return (
    <Chart
      title="Events received"
      at={series.at}
      lines={received}
      format={number}
      isWhole
      summary={summaryOf(received)}
    />
  );
}

/** What stitching is for first. */
const origins = ['link', 'event', 'stable_id', 'nowhere'] as const;

const originLabels = {
  link: 'joined by a link',
  event: 'ids in the event',
  stable_id: 'made-up id',
  nowhere: 'nobody',
} as const;

/** Where the ids of events came from; the share that the links had a part in is what stitching is for. */
export function StitchChart({ series, of }: KindProps) {
  const own = named(series.sources, of);
  const lines = origins.map((origin, index) =>
    countLine({
      label: originLabels[origin],
      values: summed(series, own, ({ stitching }: ApiSourceSeries) => stitching[origin]),
      ...(looks[index] ?? looks[0]),
      isFilled: origin === 'link',
    }),
  );
  const all = lines.reduce((sum, { values }) => sum + total(values), 0);
  const title = all === 0 ? 'Stitching' : `Stitching: ${share(total(lines[0]?.values ?? []), all)} joined by a link`;
  return <Chart title={title} at={series.at} lines={lines} format={number} isWhole summary={summaryOf(lines)} />;
}
