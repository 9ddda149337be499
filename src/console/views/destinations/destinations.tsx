import type { ApiDestination, ApiItems } from '../../../api-shapes/configured.ts';
import type { ApiDestinationSeries, ApiSeries } from '../../../api-shapes/series.ts';
import { useApi } from '../../api/use-api.ts';
import { DeliveriesChart, LatencyChart } from '../../charts/kinds.tsx';
import { RangeChoice } from '../../charts/range-choice.tsx';
import { type Range, rangeIn, useSeries } from '../../charts/use-series.ts';
import { useUrlState } from '../../state/url-state.ts';
import { DataTable } from '../../ui/data-table.tsx';
import { number, share, shortNumber } from '../../ui/number-text.ts';
import { PageHeader } from '../../ui/page-header.tsx';
import { Answered, Empty } from '../../ui/states.tsx';
import { Mark } from '../../ui/status.tsx';
import { Time } from '../../ui/time.tsx';
import { duration } from '../../ui/time-text.ts';
import { laneMark, waitingOf } from './lane-state.ts';

export function Destinations() {
  const [{ range: said }, change] = useUrlState(['range']);
  const range = rangeIn(said);
  const destinations = useApi<ApiItems<ApiDestination>>('/destinations', ['deliveries', 'lanes', 'configuration']);
  const series = useSeries(range);
  return (
    <>
      <PageHeader title="Destinations" sub="Whom events are delivered to, and how that goes.">
        <RangeChoice
          range={range}
          onChoose={(chosen: Range) => change({ range: chosen === '24h' ? '' : chosen }, true)}
        />
      </PageHeader>
      <Answered of={destinations}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty icon="destinations" title="No destinations yet">
              <p>
                Add one under <code>destinations:</code> in gateway.yaml and start the gateway again.
              </p>
            </Empty>
          ) : (
            <Overview items={items} series={series.data} />
          )
        }
      </Answered>
      {series.data !== undefined && series.data.destinations.length > 0 && (
        <div class="charts">
          <DeliveriesChart series={series.data} />
          <LatencyChart series={series.data} />
        </div>
      )}
    </>
  );
}

interface OverviewProps {
  readonly items: readonly ApiDestination[];
  readonly series: ApiSeries | undefined;
}

function Overview({ items, series }: OverviewProps) {
  const totalsOf = (name: string) => series?.destinations.find((one) => one.name === name)?.totals;
  return (
    <div class="panel">
      <DataTable
        isMain
        caption="Destinations"
        rows={items}
        rowKey={({ name }) => name}
        rowHref={({ name }) => `/destinations/${encodeURIComponent(name)}`}
        columns={[
          { key: 'name', title: 'Destination', cell: ({ name }) => name },
          { key: 'state', title: 'State', cell: (one) => <Mark {...laneMark(one)} /> },
          { key: 'waiting', title: 'Waiting', isNumber: true, isLabelled: true, cell: Waiting },
          {
            key: 'success',
            title: 'Success',
            isNumber: true,
            isLabelled: true,
            cell: ({ name }) => successRate(totalsOf(name)),
          },
          {
            key: 'latency',
            title: '95 % within',
            isNumber: true,
            isLabelled: true,
            cell: ({ name }) => p95(totalsOf(name)),
          },
          {
            key: 'delivered',
            title: 'Delivered',
            isNumber: true,
            isLabelled: true,
            cell: ({ deliveries }) => shortNumber(deliveries.delivered),
          },
          {
            key: 'dead',
            title: 'Dead',
            isNumber: true,
            isLabelled: true,
            cell: ({ deliveries: { dead } }) => <span class={dead > 0 ? 'bad' : ''}>{number(dead)}</span>,
          },
        ]}
      />
    </div>
  );
}

function Waiting({ deliveries, oldest_pending_at }: ApiDestination) {
  const waiting = waitingOf(deliveries);
  if (waiting === 0 || oldest_pending_at === null) return number(waiting);
  return (
    <>
      {number(waiting)} <span class="muted small">since</span> <Time at={oldest_pending_at} />
    </>
  );
}

type Totals = ApiDestinationSeries['totals'] | undefined;

/** Of what came to an end in the time shown. */
export const successRate = (totals: Totals): string =>
  totals === undefined ? '–' : share(totals.delivered, totals.delivered + totals.dead);

export const p95 = (totals: Totals): string => {
  const ms = totals?.latency.p95_ms;
  return ms === null || ms === undefined ? '–' : duration(ms);
};
