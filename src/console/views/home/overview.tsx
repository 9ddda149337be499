import type { ApiStats } from '../../../api-shapes/stored.ts';
import { DeliveriesChart, LatencyChart } from '../../charts/kinds.tsx';
import { useSeries } from '../../charts/use-series.ts';
import { Answered } from '../../ui/states.tsx';
import { Attention } from './attention.tsx';
import { Tiles } from './tiles.tsx';

/** Throughput, failures, what waits, what is off. */
export function Overview({ stats }: { readonly stats: ApiStats }) {
  const series = useSeries('24h');
  return (
    <>
      <Tiles stats={stats} series={series.data} />
      <Attention />
      <Answered of={series} lines={4}>
        {(data) => (
          <div class="charts">
            <DeliveriesChart series={data} />
            <LatencyChart series={data} />
          </div>
        )}
      </Answered>
    </>
  );
}
