import { useState } from 'preact/hooks';
import type { ApiDestination, ApiItems, ApiTested } from '../../../api-shapes/configured.ts';
import { api } from '../../api/client.ts';
import { tellChanged } from '../../api/live.ts';
import { useApi } from '../../api/use-api.ts';
import { DeliveriesChart, LatencyChart } from '../../charts/kinds.tsx';
import { RangeChoice } from '../../charts/range-choice.tsx';
import { type Range, rangeIn, ranges, useSeries } from '../../charts/use-series.ts';
import { toast, toastProblem } from '../../state/toasts.ts';
import { useUrlState } from '../../state/url-state.ts';
import { Called } from '../../ui/called.tsx';
import { Icon } from '../../ui/icon.tsx';
import { number } from '../../ui/number-text.ts';
import { PageHeader } from '../../ui/page-header.tsx';
import { Answered, Empty } from '../../ui/states.tsx';
import { Mark } from '../../ui/status.tsx';
import { Time } from '../../ui/time.tsx';
import type { ViewProps } from '../../view.ts';
import { p95, successRate } from './destinations.tsx';
import { circuitText, laneMark, waitingOf } from './lane-state.ts';
import { LastFailures } from './last-failures.tsx';
import { SettingsOf } from './settings-of.tsx';
import { Tested } from './tested.tsx';

export function Destination({ params }: ViewProps) {
  const name = params.name ?? '';
  const destinations = useApi<ApiItems<ApiDestination>>('/destinations', ['deliveries', 'lanes', 'configuration']);
  return (
    <Called name={name} back={back} of={destinations} none={unknown}>
      {(found) => <Found key={name} destination={found} />}
    </Called>
  );
}

const back = { href: '/destinations', label: 'Destinations' };

const unknown = (
  <Empty icon="destinations" title="There is no such destination">
    <p>gateway.yaml does not name it, and nothing waits for it.</p>
  </Empty>
);

function Found({ destination }: { readonly destination: ApiDestination }) {
  const { name, title, off } = destination;
  const [{ range: said }, change] = useUrlState(['range']);
  const range = rangeIn(said);
  const series = useSeries(range, { destination: name });
  const [tested, setTested] = useState<ApiTested>();
  const totals = series.data?.destinations.find((one) => one.name === name)?.totals;
  return (
    <>
      <PageHeader
        title={name}
        tab={`${name} · Destinations`}
        back={back}
        sub={
          <span class="line">
            <Mark {...laneMark(destination)} />
            {title ?? 'not configured any more'}
          </span>
        }
      >
        <Actions destination={destination} onTested={setTested} />
      </PageHeader>
      {off !== null && <Off off={off} waiting={waitingOf(destination.deliveries)} />}
      <Trouble destination={destination} />
      {tested !== undefined && <Tested name={name} tested={tested} onClose={() => setTested(undefined)} />}
      <Figures {...{ destination, range }} success={successRate(totals)} latency={p95(totals)} />
      <div class="line apart">
        <h2>Health</h2>
        <RangeChoice
          range={range}
          onChoose={(chosen: Range) => change({ range: chosen === '24h' ? '' : chosen }, true)}
        />
      </div>
      <Answered of={series}>
        {(data) => (
          <div class="charts">
            <DeliveriesChart series={data} of={name} />
            <LatencyChart series={data} of={name} />
          </div>
        )}
      </Answered>
      <LastFailures destination={destination} />
      {destination.settings !== null && <SettingsOf settings={destination.settings} />}
    </>
  );
}

function Actions({
  destination: { name, off, paused_at },
  onTested,
}: {
  readonly destination: ApiDestination;
  readonly onTested: (tested: ApiTested) => void;
}) {
  const [doing, setDoing] = useState<'lane' | 'test'>();
  const path = `/destinations/${encodeURIComponent(name)}`;
  const isPaused = paused_at !== null;
  const turn = async (): Promise<void> => {
    setDoing('lane');
    try {
      await api(`${path}/${isPaused ? 'resume' : 'pause'}`, { method: 'POST' });
      toast({ tone: 'good', text: isPaused ? `${name} is resumed` : `${name} is paused: its deliveries wait` });
      tellChanged('lanes', 'deliveries');
    } catch (error) {
      toastProblem(error);
    }
    setDoing(undefined);
  };
  const test = async (): Promise<void> => {
    setDoing('test');
    try {
      onTested(await api<ApiTested>(`${path}/test`, { method: 'POST' }));
    } catch (error) {
      toastProblem(error);
    }
    setDoing(undefined);
  };
  return (
    <>
      {off === null && (
        <button type="button" class="button" disabled={doing !== undefined} onClick={() => void test()}>
          {doing === 'test' ? <span class="spinner" aria-hidden="true" /> : <Icon name="send" />}
          Send test event
        </button>
      )}
      <button
        type="button"
        class={`button ${isPaused ? 'main-action' : ''}`}
        disabled={doing !== undefined}
        onClick={() => void turn()}
      >
        <Icon name={isPaused ? 'play' : 'pause'} />
        {isPaused ? 'Resume' : 'Pause'}
      </button>
    </>
  );
}

function Off({ off, waiting }: { readonly off: string; readonly waiting: number }) {
  return (
    <div class={`note ${waiting > 0 ? 'bad' : ''}`}>
      <Icon name="info" />
      <span>
        Nothing is delivered here: {off}.
        {waiting > 0 && ` ${number(waiting)} wait until it is back under the same name, or are given up.`}
      </span>
    </div>
  );
}

function Trouble({ destination }: { readonly destination: ApiDestination }) {
  const { circuit, paused_at } = destination;
  const told = circuitText(destination);
  return (
    <>
      {paused_at !== null && (
        <div class="note warn">
          <Icon name="pause" />
          <span>
            Paused <Time at={paused_at} />. Deliveries wait in order until it is resumed; nothing is lost.
          </span>
        </div>
      )}
      {told !== null && (
        <div class="note bad">
          <Icon name="problems" />
          <div class="stack tight">
            <span>
              {told}{' '}
              {circuit.probe_at !== null && (
                <>
                  It is tried again <Time at={circuit.probe_at} />.
                </>
              )}
            </span>
            {circuit.message !== null && <span class="mono small break">{circuit.message}</span>}
          </div>
        </div>
      )}
    </>
  );
}

interface FiguresProps {
  readonly destination: ApiDestination;
  readonly range: Range;
  readonly success: string;
  readonly latency: string;
}

function Figures({ destination: { name, deliveries, oldest_pending_at }, range, success, latency }: FiguresProps) {
  const of = `destination=${encodeURIComponent(name)}`;
  return (
    <div class="tiles six">
      <Tile label="Success" figure={success}>
        {ranges[range].title.toLowerCase()}
      </Tile>
      <Tile label="95 % within" figure={latency}>
        {ranges[range].title.toLowerCase()}
      </Tile>
      <Tile label="Pending" figure={number(deliveries.pending)} href={`/events?delivery=pending&${of}`}>
        {oldest_pending_at === null ? (
          'nothing waits'
        ) : (
          <>
            oldest <Time at={oldest_pending_at} />
          </>
        )}
      </Tile>
      <Tile label="In flight" figure={number(deliveries.in_flight)}>
        now
      </Tile>
      <Tile label="Delivered" figure={number(deliveries.delivered)} href={`/events?delivery=delivered&${of}`}>
        kept here
      </Tile>
      <Tile label="Dead" figure={number(deliveries.dead)} href={`/problems?of=${encodeURIComponent(name)}`}>
        now
      </Tile>
    </div>
  );
}

interface TileProps {
  readonly label: string;
  readonly figure: string;
  readonly href?: string;
  readonly children?: preact.ComponentChildren;
}

function Tile({ label, figure, href, children }: TileProps) {
  return (
    <div class="panel tile">
      <span class="label">{href === undefined ? label : <a href={href}>{label}</a>}</span>
      <span class="figure">{figure}</span>
      {children !== undefined && <span class="muted small">{children}</span>}
    </div>
  );
}
