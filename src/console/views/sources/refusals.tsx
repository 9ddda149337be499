import type { ApiSource } from '../../../api-shapes/configured.ts';
import type { ApiSourceSeries } from '../../../api-shapes/series.ts';
import { type Range, ranges } from '../../charts/use-series.ts';
import { DataTable } from '../../ui/data-table.tsx';
import { number } from '../../ui/number-text.ts';
import { Mark } from '../../ui/status.tsx';
import { refusalMeaning } from './source-mark.ts';

interface RefusalsProps {
  readonly source: ApiSource;
  readonly range: Range;
  /** Of the time shown; undefined where nothing came in it. */
  readonly totals: ApiSourceSeries['totals'] | undefined;
}

/** What was not taken, and why: in the time shown, and since the gateway started, which needs no minute to be counted. */
export function Refusals({ source: { refused }, range, totals }: RefusalsProps) {
  const inTime = totals?.rejections ?? {};
  const reasons = [...new Set([...Object.keys(inTime), ...Object.keys(refused)])];
  const countOf = (counts: Readonly<Record<string, number>>, reason: string): number => counts[reason] ?? 0;
  const rows = reasons.toSorted(
    (a, b) => countOf(inTime, b) - countOf(inTime, a) || countOf(refused, b) - countOf(refused, a),
  );
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>Refused requests</h2>
      </div>
      {rows.length === 0 ? (
        <p class="panel-body muted">None was refused.</p>
      ) : (
        <DataTable
          caption="Refused requests by reason"
          rows={rows}
          rowKey={(reason) => reason}
          columns={[
            { key: 'reason', title: 'Reason', cell: (reason) => <Mark tone="bad" icon="✗" word={reason} /> },
            {
              key: 'time',
              title: ranges[range].title,
              isNumber: true,
              isLabelled: true,
              cell: (reason) => number(countOf(inTime, reason)),
            },
            {
              key: 'start',
              title: 'Since the start',
              isNumber: true,
              isLabelled: true,
              cell: (reason) => number(countOf(refused, reason)),
            },
            { key: 'cause', title: 'Usual cause', cell: (reason) => refusalMeaning(reason) },
          ]}
        />
      )}
    </section>
  );
}
