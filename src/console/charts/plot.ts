import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { ChartLine } from './chart-lines.ts';

/** The one place that draws. Loaded with the first chart that is shown. */

export interface Plotted {
  /** Milliseconds since 1970. */
  readonly at: readonly number[];
  readonly lines: readonly ChartLine[];
  readonly format: (value: number) => string;
  /** Which bucket the pointer is over. */
  readonly onPoint: (index: number | null) => void;
}

export interface Plot {
  /** With the colours of the scheme as it is now. */
  redraw(): void;
  destroy(): void;
}

const heightPx = 200;

/** Variables hold both schemes' colours; only an element knows which of them is meant. */
function colourOf(element: HTMLElement, variable: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${variable})`;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

export function createPlot(element: HTMLElement, { at, lines, format, onPoint }: Plotted): Plot {
  const colour = (variable: string) => () => colourOf(element, variable);
  const axis: UPlot.Axis = {
    stroke: colour('--muted'),
    font: '12px system-ui, sans-serif',
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
  };
  const plot = new UPlot(
    {
      width: Math.max(1, element.clientWidth),
      height: heightPx,
      padding: [8, 12, 0, 0],
      legend: { show: false },
      cursor: { drag: { x: false, y: false }, points: { size: 7 } },
      scales: { y: { range: (_plot, _min, max) => [0, Math.max(1, (max || 0) * 1.1)] } },
      axes: [axis, { ...axis, size: 56, values: (_plot, splits) => splits.map((split) => format(split)) }],
      series: [
        {},
        ...lines.map(
          ({ label, colour: variable, dash, isFilled }): UPlot.Series => ({
            label,
            stroke: colour(variable),
            width: 2,
            dash: [...dash],
            points: { show: false },
            ...(isFilled ? { fill: colour('--chart-fill') } : {}),
          }),
        ),
      ],
      hooks: { setCursor: [({ cursor }) => onPoint(cursor.idx ?? null)] },
    },
    [at.map((ms) => ms / 1_000), ...lines.map(({ values }) => [...values])],
    element,
  );
  const watching = new ResizeObserver(() => {
    plot.setSize({ width: Math.max(1, element.clientWidth), height: heightPx });
  });
  watching.observe(element);
  return {
    redraw: () => plot.redraw(false, true),
    destroy: () => {
      watching.disconnect();
      plot.destroy();
    },
  };
}
