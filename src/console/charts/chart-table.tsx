import { DataTable } from '../ui/data-table.tsx';
import { Time } from '../ui/time.tsx';
import type { ChartProps } from './chart-lines.ts';

const rowsMax = 200;

/** The newest first, and only buckets in which something happened: a quiet day is no wall of zeros. */
export function ChartTable({ title, at, lines, format }: Pick<ChartProps, 'title' | 'at' | 'lines' | 'format'>) {
  const rows = at
    .map((time, index) => ({ time, values: lines.map(({ values }) => values[index] ?? null) }))
    .filter(({ values }) => values.some((value) => value !== null && value !== 0))
    .toReversed();
  if (rows.length === 0) return <p class="muted">Nothing in this time.</p>;
  return (
    <div class="chart-table">
      <DataTable
        caption={`${title}, the newest first`}
        rows={rows.slice(0, rowsMax)}
        rowKey={({ time }) => time}
        columns={[
          { key: 'at', title: 'From', cell: ({ time }) => <Time at={time} as="absolute" /> },
          ...lines.map(({ label }, index) => ({
            key: label,
            title: label,
            isNumber: true,
            isLabelled: true,
            cell: ({ values }: (typeof rows)[number]) => {
              const value = values[index];
              return value === null || value === undefined ? '–' : format(value);
            },
          })),
        ]}
      />
      {rows.length > rowsMax && (
        <p class="muted small">
          The last {rowsMax} of {rows.length}; choose a shorter time for others.
        </p>
      )}
    </div>
  );
}
