import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { asProblem } from '../api/problem.ts';
import { theme } from '../state/preferences.ts';
import { Mark } from '../ui/status.tsx';
import type { ChartLine, ChartProps } from './chart-lines.ts';
import { ChartTable } from './chart-table.tsx';
import './charts.css';
import type { Plot, Plotted } from './plot.ts';

const moments = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
const pointedTime = (ms: number): string => moments.format(ms);

/** Lines over time, each with a pattern and a name of its own, and the same as a table. */
export function Chart({ title, summary, at, lines, format, isWhole = false }: ChartProps) {
  const [isTable, setTable] = useState(false);
  const [pointed, setPointed] = useState<number | null>(null);
  const id = useId();
  const isEmpty = lines.every(({ values }) => values.every((value) => value === null || value === 0));
  const moment = pointed === null ? undefined : at[pointed];
  return (
    <section class="panel chart" aria-labelledby={id}>
      <div class="panel-head">
        <h2 id={id} class="grow">
          {title}
        </h2>
        {moment !== undefined && !isTable && (
          <span class="muted small" aria-hidden="true">
            {pointedTime(Date.parse(moment))}
          </span>
        )}
        <button
          type="button"
          class="button quiet slim"
          aria-pressed={isTable}
          onClick={() => setTable(!isTable)}
          title={isTable ? `Show ${title.toLowerCase()} as a chart` : `Show ${title.toLowerCase()} as a table`}
        >
          {isTable ? 'Chart' : 'Table'}
        </button>
      </div>
      <div class="panel-body stack tight">
        {isTable ? (
          <ChartTable {...{ title, at, lines, format }} />
        ) : (
          <>
            <ul class="chart-legend">
              {lines.map((line) => (
                <LegendEntry key={line.label} line={line} pointed={pointed} format={format} />
              ))}
            </ul>
            {isEmpty ? (
              <div class="chart-empty muted">Nothing in this time.</div>
            ) : (
              <Canvas
                key={lines.map(({ label }) => label).join()}
                {...{ summary, at, lines, format, isWhole }}
                onPoint={setPointed}
              />
            )}
          </>
        )}
      </div>
    </section>
  );
}

interface LegendEntryProps {
  readonly line: ChartLine;
  readonly pointed: number | null;
  readonly format: (value: number) => string;
}

function LegendEntry({ line, pointed, format }: LegendEntryProps) {
  const value = pointed === null ? undefined : line.values[pointed];
  return (
    <li class="line">
      <svg class="chart-sample" viewBox="0 0 28 8" aria-hidden="true">
        <path
          d="M1 4h26"
          style={{ stroke: `var(${line.colour})` }}
          {...(line.dash.length === 0 ? {} : { 'stroke-dasharray': line.dash.join(' ') })}
        />
      </svg>
      <span>{line.label}</span>
      <span class="number muted">{value === undefined ? line.total : value === null ? '–' : format(value)}</span>
    </li>
  );
}

type CanvasProps = Pick<ChartProps, 'summary' | 'at' | 'lines' | 'format'> & {
  readonly isWhole: boolean;
  readonly onPoint: (index: number | null) => void;
};

function Canvas({ summary, at, lines, format, isWhole, onPoint }: CanvasProps) {
  const box = useRef<HTMLDivElement>(null);
  const [problem, setProblem] = useState<string>();
  const shown = useRef<Plot | undefined>(undefined);
  const newest = useRef<Plotted>({ at: [], lines: [] });
  newest.current = { at: at.map((time) => Date.parse(time)), lines };
  useEffect(() => {
    let isLeft = false;
    import('./plot.ts').then(
      ({ createPlot }) => {
        if (isLeft || box.current === null) return;
        shown.current = createPlot(box.current, { ...newest.current, format, isWhole, onPoint });
      },
      (error: unknown) => setProblem(asProblem(error).message),
    );
    return () => {
      isLeft = true;
      shown.current?.destroy();
      shown.current = undefined;
    };
  }, [format, isWhole, onPoint]);
  const drawn = JSON.stringify([at, lines]);
  useEffect(() => {
    if (drawn !== '') shown.current?.show(newest.current);
  }, [drawn]);
  useEffect(() => redrawInOtherColours(() => shown.current?.redraw()), []);
  if (problem !== undefined) return <Mark tone="bad" icon="✗" word={`the chart cannot be drawn: ${problem}`} />;
  return <div class="chart-canvas" ref={box} role="img" aria-label={summary} />;
}

/** What is drawn stays in the colours it was drawn in. */
function redrawInOtherColours(redraw: () => void): () => void {
  const scheme = matchMedia('(prefers-color-scheme: dark)');
  scheme.addEventListener('change', redraw);
  const leave = theme.subscribe(() => requestAnimationFrame(redraw));
  return () => {
    scheme.removeEventListener('change', redraw);
    leave();
  };
}
