import type { ApiReplay } from '../../../api-shapes/repair.ts';
import { DataTable } from '../../ui/data-table.tsx';
import { number } from '../../ui/number-text.ts';
import { Mark, type MarkProps } from '../../ui/status.tsx';
import { visibleText } from '../../ui/text-lines.ts';
import { Time } from '../../ui/time.tsx';
import { replayHref } from './groups.ts';

const shownMax = 10;

export function replayMark({ status, events }: ApiReplay): MarkProps {
  switch (status) {
    case 'running':
      return { tone: 'warn', icon: '↻', word: 'running' };
    case 'finished':
      return events.failed === 0
        ? { tone: 'good', icon: '✓', word: 'finished' }
        : { tone: 'bad', icon: '✗', word: `finished, ${number(events.failed)} failed` };
    case 'cancelled':
      return { tone: 'quiet', icon: '⊘', word: 'cancelled' };
  }
}

/** Of what was put back in line, what has been settled. */
export const doneOf = ({ events: { translated, unmatched, failed } }: ApiReplay): number =>
  translated + unmatched + failed;

/** As in `dead segment, rejected`. */
export function filterText({ filter }: ApiReplay): string {
  const { until: _, ...asked } = filter;
  const said = Object.entries(asked).map(([name, value]) => {
    const values = typeof value === 'string' ? [value] : Object.values(value);
    return name === 'ids' ? `${number(values.length)} named` : `${name} ${values.join(', ')}`;
  });
  return said.length === 0 ? 'all events' : visibleText(said.join('; '));
}

export function ReplayTable({ replays }: { readonly replays: readonly ApiReplay[] }) {
  return (
    <DataTable
      caption="Replays, the newest first"
      rows={replays.slice(0, shownMax)}
      rowKey={({ id }) => id}
      rowHref={({ id }) => replayHref(id)}
      columns={[
        { key: 'begun', title: 'Begun', cell: ({ created_at }) => <Time at={created_at} /> },
        { key: 'status', title: 'Status', cell: (replay) => <Mark {...replayMark(replay)} /> },
        { key: 'which', title: 'Events', cell: (replay) => <span class="cause small">{filterText(replay)}</span> },
        {
          key: 'done',
          title: 'Done',
          isNumber: true,
          isLabelled: true,
          cell: (replay) => `${number(doneOf(replay))} of ${number(replay.events.total)}`,
        },
        {
          key: 'made',
          title: 'Deliveries made',
          isNumber: true,
          isLabelled: true,
          cell: ({ payloads }) => number(payloads.new + payloads.again),
        },
      ]}
    />
  );
}
