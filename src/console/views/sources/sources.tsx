import type { ApiItems, ApiSource } from '../../../api-shapes/configured.ts';
import { useApi } from '../../api/use-api.ts';
import { StitchChart, VolumeChart } from '../../charts/kinds.tsx';
import { RangeChoice } from '../../charts/range-choice.tsx';
import { type Range, rangeIn, useSeries } from '../../charts/use-series.ts';
import { useUrlState } from '../../state/url-state.ts';
import { Copy } from '../../ui/copy.tsx';
import { DataTable } from '../../ui/data-table.tsx';
import { number, shortNumber } from '../../ui/number-text.ts';
import { PageHeader } from '../../ui/page-header.tsx';
import { Answered, Empty } from '../../ui/states.tsx';
import { Mark } from '../../ui/status.tsx';
import { Time } from '../../ui/time.tsx';
import { Bridge } from './bridge.tsx';
import { refusedOf, sourceMark } from './source-mark.ts';
import './sources.css';

export function Sources() {
  const [{ range: said }, change] = useUrlState(['range']);
  const range = rangeIn(said);
  const sources = useApi<ApiItems<ApiSource>>('/sources', ['events', 'configuration']);
  const series = useSeries(range);
  return (
    <>
      <PageHeader title="Sources" sub="Who sends webhooks to this gateway, and at which URL.">
        <RangeChoice
          range={range}
          onChoose={(chosen: Range) => change({ range: chosen === '24h' ? '' : chosen }, true)}
        />
      </PageHeader>
      <Answered of={sources}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty icon="sources" title="No sources yet">
              <p>
                Add one under <code>sources:</code> in gateway.yaml and start the gateway again.
              </p>
            </Empty>
          ) : (
            <Overview items={items} />
          )
        }
      </Answered>
      {series.data !== undefined && series.data.sources.length > 0 && (
        <div class="charts">
          <VolumeChart series={series.data} />
          <StitchChart series={series.data} />
        </div>
      )}
      <Bridge />
    </>
  );
}

function Overview({ items }: { readonly items: readonly ApiSource[] }) {
  return (
    <div class="panel">
      <DataTable
        isMain
        caption="Sources"
        rows={items}
        rowKey={({ name }) => name}
        rowHref={({ name }) => `/sources/${encodeURIComponent(name)}`}
        columns={[
          { key: 'name', title: 'Source', cell: ({ name }) => name },
          { key: 'state', title: 'State', cell: (source) => <Mark {...sourceMark(source)} /> },
          { key: 'url', title: 'URL', cell: ({ url }) => <Url url={url} /> },
          {
            key: 'last',
            title: 'Last event',
            isLabelled: true,
            cell: ({ last_event_at }) => (last_event_at === null ? '–' : <Time at={last_event_at} />),
          },
          {
            key: 'events',
            title: 'Events',
            isNumber: true,
            isLabelled: true,
            cell: ({ events }) => shortNumber(Object.values(events).reduce((sum, count) => sum + count, 0)),
          },
          {
            key: 'refused',
            title: 'Refused',
            isNumber: true,
            isLabelled: true,
            cell: (source) => <span class={refusedOf(source) > 0 ? 'bad' : ''}>{number(refusedOf(source))}</span>,
          },
        ]}
      />
    </div>
  );
}

export function Url({ url }: { readonly url: string }) {
  return (
    <span class="line source-url">
      <span class="mono small break">{url}</span>
      <Copy text={url} label="Copy URL" />
    </span>
  );
}
