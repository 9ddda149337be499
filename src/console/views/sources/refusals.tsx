import type { ApiSource } from '../../../api-shapes/configured.ts';
import { DataTable } from '../../ui/data-table.tsx';
import { number } from '../../ui/number-text.ts';
import { Mark } from '../../ui/status.tsx';
import { refusalMeaning } from './source-mark.ts';

/** What was not taken, and why. */
export function Refusals({ source: { refused, accepted } }: { readonly source: ApiSource }) {
  const rows = Object.entries(refused).toSorted(([, a], [, b]) => b - a);
  return (
    <section class="panel">
      <div class="panel-head">
        <h2 class="grow">Refused requests</h2>
        <span class="muted small">since the gateway started; {number(accepted)} accepted</span>
      </div>
      {rows.length === 0 ? (
        <p class="panel-body muted">None was refused.</p>
      ) : (
        <DataTable
          caption="Refused requests by reason"
          rows={rows}
          rowKey={([reason]) => reason}
          columns={[
            { key: 'reason', title: 'Reason', cell: ([reason]) => <Mark tone="bad" icon="⛔" word={reason} /> },
            { key: 'count', title: 'Count', isNumber: true, isLabelled: true, cell: ([, count]) => number(count) },
            { key: 'cause', title: 'Usual cause', cell: ([reason]) => refusalMeaning(reason) },
          ]}
        />
      )}
    </section>
  );
}
