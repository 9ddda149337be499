import './events.css';
import { useEffect } from 'preact/hooks';
import type { ApiEventCounts } from '../../../api-shapes/event-list.ts';
import { pathWith } from '../../api/client.ts';
import { useApi } from '../../api/use-api.ts';
import { nowMs } from '../../clock.ts';
import { announce } from '../../state/announce.ts';
import { useShortcuts } from '../../state/shortcuts.ts';
import { useUrlState } from '../../state/url-state.ts';
import { counted } from '../../ui/number-text.ts';
import { PageHeader } from '../../ui/page-header.tsx';
import { Empty, Loading, ProblemNote, ProblemState } from '../../ui/states.tsx';
import { EventTable } from './event-table.tsx';
import { Facets } from './facets.tsx';
import { EventFilters, filterNames, isFiltered } from './filters.tsx';
import { Older } from './older.tsx';
import { sinceOf } from './since.ts';
import { type EventRows, useEvents } from './use-events.ts';

/** Everything that was received, live and searchable. */
export function Events() {
  const [filters, change] = useUrlState(filterNames);
  const { since, ...others } = filters;
  const from = sinceOf(since, nowMs.value);
  const events = useEvents({ ...others, since: from });
  const { source, type } = filters;
  const counts = useApi<ApiEventCounts>(pathWith('/events/counts', { source, type, since: from }), [
    'events',
    'deliveries',
  ]);
  return (
    <>
      <PageHeader title="Events" sub="Everything that was received, newest first." />
      <Facets counts={counts.data} filters={filters} change={change} />
      <EventFilters filters={filters} change={change} />
      <section class="panel" aria-label="Events" aria-busy={events.isLoading}>
        <NewOnes events={events} />
        <Rows
          events={events}
          hasFilters={isFiltered(filters)}
          clear={() => change(Object.fromEntries(filterNames.map((name) => [name, ''])))}
        />
      </section>
    </>
  );
}

/** What has come since, without moving anything that is being read. */
function NewOnes({ events: { rows, show } }: { readonly events: EventRows }) {
  const { held, hasGap } = rows;
  const text = `${held.length}${hasGap ? '+' : ''} new`;
  useEffect(() => {
    if (held.length > 0) announce(`${text} events`);
  }, [held.length, text]);
  useShortcuts(held.length > 0 ? [{ keys: 'n', does: 'show the new events', run: show }] : []);
  if (held.length === 0) return null;
  return (
    <button type="button" class="new-ones" onClick={show}>
      {text} – show
    </button>
  );
}

interface RowsProps {
  readonly events: EventRows;
  readonly hasFilters: boolean;
  readonly clear: () => void;
}

function Rows({ events, hasFilters, clear }: RowsProps) {
  const { rows, problem, isLoading, reload } = events;
  if (rows.shown.length === 0) {
    if (problem !== undefined) return <ProblemState problem={problem} retry={reload} />;
    if (isLoading) return <Loading lines={8} />;
    if (events.cursor === null) return hasFilters ? <NothingFits clear={clear} /> : <NothingYet />;
  }
  return (
    <>
      {problem !== undefined && <ProblemNote problem={problem} />}
      {rows.shown.length > 0 && <EventTable events={rows.shown} />}
      <Older events={events} told={counted(rows.shown.length, 'event')} />
    </>
  );
}

function NothingFits({ clear }: { readonly clear: () => void }) {
  return (
    <Empty icon="search" title="No event fits">
      <p>Nothing that is stored fits all of these filters.</p>
      <button type="button" class="button" onClick={clear}>
        Clear the filters
      </button>
    </Empty>
  );
}

function NothingYet() {
  return (
    <Empty icon="events" title="Nothing has been received yet">
      <p>
        Point a sender at one of the <a href="/sources">sources</a>' URLs, or send a sample from <a href="/">Home</a>.
        It shows up here by itself.
      </p>
    </Empty>
  );
}
