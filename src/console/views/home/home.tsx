import './home.css';
import { useState } from 'preact/hooks';
import type { ApiStats } from '../../../api-shapes/stored.ts';
import { useApi } from '../../api/use-api.ts';
import { Later } from '../../ui/later.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Answered, Loading } from '../../ui/states.tsx';
import { Overview } from './overview.tsx';

/** At first how to get an event through; from then on how everything is going. */
export function Home() {
  const answered = useApi<ApiStats>('/stats', ['events', 'deliveries']);
  const mayDiffer = answered.isEarlier && isNothingDelivered(answered.data);
  // The first delivery may have happened since, and would be hidden behind the list of how to get to it.
  const stats = mayDiffer ? { ...answered, data: undefined } : answered;
  return (
    <>
      {stats.data === undefined && <PageHeader title="Home" />}
      <Answered of={stats}>{(data) => <Start stats={data} />}</Answered>
    </>
  );
}

const isNothingDelivered = (stats: ApiStats | undefined): boolean => stats?.deliveries.delivered === 0;

const firstRun = () => import('./first-run.tsx');

function Start({ stats }: { readonly stats: ApiStats }) {
  // Whoever has begun with the list sees it through to its last tick.
  const [isFirst, setFirst] = useState(isNothingDelivered(stats));
  if (isFirst)
    return (
      <Later load={firstRun} meanwhile={<Loading />}>
        {({ FirstRun }) => <FirstRun stats={stats} onDone={() => setFirst(false)} />}
      </Later>
    );
  return (
    <>
      <PageHeader title="Home" sub="How the last 24 hours went." />
      <Overview stats={stats} />
    </>
  );
}
