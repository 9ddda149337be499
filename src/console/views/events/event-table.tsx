import type { ApiListedDelivery, ApiListedEvent } from '../../../api-shapes/event-list.ts';
import { Breakable } from '../../ui/breakable.tsx';
import { type Column, DataTable } from '../../ui/data-table.tsx';
import { Status } from '../../ui/status.tsx';
import { visibleText } from '../../ui/text-lines.ts';
import { Time } from '../../ui/time.tsx';
import { whyOf } from './why.ts';

const columns: readonly Column<ApiListedEvent>[] = [
  {
    key: 'type',
    title: 'Event',
    cell: ({ type }) => (
      <span class="type break">
        <Breakable text={type} />
      </span>
    ),
  },
  { key: 'source', title: 'Source', cell: ({ source }) => source },
  { key: 'status', title: 'Status', cell: ({ status }) => <Status word={status} /> },
  { key: 'deliveries', title: 'Deliveries', cell: ({ deliveries = [] }) => <Deliveries deliveries={deliveries} /> },
  { key: 'why', title: 'Why', cell: (event) => <Why event={event} /> },
  { key: 'time', title: 'Received', cell: ({ received_at }) => <Time at={received_at} />, isNumber: true },
];

/** One line for each event, leading to all of it. */
export function EventTable({ events }: { readonly events: readonly ApiListedEvent[] }) {
  return (
    <DataTable
      caption="Events"
      columns={columns}
      rows={events}
      rowKey={({ id }) => id}
      rowHref={({ id }) => `/events/${id}`}
      isMain
    />
  );
}

/** How many are in which state; of a single destination its name. */
function Deliveries({ deliveries }: { readonly deliveries: readonly ApiListedDelivery[] }) {
  if (deliveries.length === 0) return null;
  const byStatus = [...Map.groupBy(deliveries, ({ status }) => status)];
  return (
    <span class="line badges">
      {byStatus.map(([status, own]) => {
        const names = [...new Set(own.map(({ destination }) => destination))];
        const isOther = status !== 'delivered' && names.length === 1;
        return (
          <Status
            key={status}
            word={status}
            of={isOther ? (names[0] ?? '') : String(own.length)}
            title={names.join(', ')}
          />
        );
      })}
    </span>
  );
}

function Why({ event }: { readonly event: ApiListedEvent }) {
  const why = whyOf(event);
  if (why === '') return null;
  return (
    <span class="why cut muted" title={visibleText(why)}>
      {visibleText(why)}
    </span>
  );
}
