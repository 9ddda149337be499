import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { axisTimes } from './axis-times.ts';
import type { ChartLine } from './chart-lines.ts';

/** The one place that draws. Loaded with the first chart that is shown. */

export interface Plotted {
  /** Milliseconds since 1970. */
  readonly at: readonly number[];
  readonly lines: readonly ChartLine[];
}

export interface PlotLook extends Plotted {
  readonly format: (value: number) => string;
  /** Counts have no fractions. */
  readonly isWhole: boolean;
  /** Which bucket the pointer is over. */
  readonly onPoint: (index: number | null) => void;
}

export interface Plot {
  /** Other values on the same lines. */
  show(plotted: Plotted): void;
  /** With the colours of the scheme as it is now. */
  redraw(): void;
  destroy(): void;
}

const heightPx = 170;
const wholeSteps = [1, 2, 5].flatMap((step) =>
  [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000].map((ten) => step * ten),
);

/** Variables hold both schemes' colours; only an element knows which of them is meant. */
function colourOf(element: HTMLElement, variable: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${variable})`;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

const dataOf = ({ at, lines }: Plotted): UPlot.AlignedData => [
  at.map((ms) => ms / 1_000),
  ...lines.map(({ values }) => [...values]),
];

export function createPlot(element: HTMLElement, look: PlotLook): Plot {
  const size = () => ({ width: Math.max(1, element.clientWidth), height: heightPx });
  const plot = new UPlot({ ...optionsOf(element, look), ...size() }, dataOf(look), element);
  const watching = new ResizeObserver(() => plot.setSize(size()));
  watching.observe(element);
  return {
    show: (plotted) => plot.setData(dataOf(plotted)),
    redraw: () => plot.redraw(false, true),
    destroy: () => {
      watching.disconnect();
      plot.destroy();
    },
  };
}

/** Values without a neighbour, of which a line would show nothing. */
function isolatedIn(values: UPlot.AlignedData[number]): number[] {
  const isThere = (index: number): boolean => typeof values[index] === 'number';
  return [...values.keys()].filter((index) => isThere(index) && !isThere(index - 1) && !isThere(index + 1));
}

function optionsOf(
  element: HTMLElement,
  { lines, format, isWhole, onPoint }: PlotLook,
): Omit<UPlot.Options, 'width' | 'height'> {
  const colour = (variable: string) => () => colourOf(element, variable);
  const axis: UPlot.Axis = {
    stroke: colour('--muted'),
    font: '12px system-ui, sans-serif',
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
  };
  const values: UPlot.Axis = {
    ...axis,
    size: 56,
    values: (_plot, splits) => splits.map((split) => format(split)),
    ...(isWhole ? { incrs: [...wholeSteps].sort((a, b) => a - b) } : {}),
  };
  return {
    padding: [8, 26, 0, 0],
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, points: { size: 7 } },
    scales: { y: { range: (_plot, _min, max) => [0, Math.max(1, (max || 0) * 1.1)] } },
    axes: [
      { ...axis, size: 28, space: 70, values: (_plot, splits) => axisTimes(splits.map((seconds) => seconds * 1_000)) },
      values,
    ],
    series: [
      {},
      ...lines.map(
        ({ label, colour: variable, dash, isFilled }): UPlot.Series => ({
          label,
          stroke: colour(variable),
          width: 2,
          dash: [...dash],
          points: { show: true, size: 5, filter: (shown, index) => isolatedIn(shown.data[index] ?? []) },
          ...(isFilled ? { fill: colour('--chart-fill') } : {}),
        }),
      ),
    ],
    hooks: { setCursor: [({ cursor }) => onPoint(cursor.idx ?? null)] },
  };
}
