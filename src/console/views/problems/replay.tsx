import type { ApiDestination, ApiItems } from '../../../api-shapes/configured.ts';
import type { ApiDeadGroupKey, ApiProblems, ApiReplay } from '../../../api-shapes/repair.ts';
import { api } from '../../api/client.ts';
import { tellChanged } from '../../api/live.ts';
import { useApi } from '../../api/use-api.ts';
import { toastProblem } from '../../state/toasts.ts';
import { Icon } from '../../ui/icon.tsx';
import { counted, number } from '../../ui/number-text.ts';
import { PageHeader } from '../../ui/page-header.tsx';
import { Answered } from '../../ui/states.tsx';
import { Mark } from '../../ui/status.tsx';
import { Time } from '../../ui/time.tsx';
import type { ViewProps } from '../../view.ts';
import { back } from './group-page.tsx';
import { deadHref, findDead } from './groups.ts';
import './problems.css';
import { doneOf, filterText, replayMark } from './replay-table.tsx';

/** `/problems/replays/:id`: how far it is, and what came of it. */
export function Replay({ params }: ViewProps) {
  const id = params.id ?? '';
  const replay = useApi<ApiReplay>(`/replays/${encodeURIComponent(id)}`, ['replays', 'events', 'deliveries']);
  return (
    <>
      <PageHeader title="Replay" tab={`Replay ${id}`} back={back} sub={<span class="mono small">{id}</span>}>
        {replay.data?.status === 'running' && (
          <button type="button" class="button" onClick={() => void cancel(id)}>
            <Icon name="close" />
            Cancel
          </button>
        )}
      </PageHeader>
      <Answered of={replay}>{(data) => <Told replay={data} />}</Answered>
    </>
  );
}

async function cancel(id: string): Promise<void> {
  try {
    await api(`/replays/${encodeURIComponent(id)}/cancel`, { method: 'POST' });
  } catch (error) {
    toastProblem(error);
  }
  tellChanged('replays', 'events');
}

function Told({ replay }: { readonly replay: ApiReplay }) {
  const { status, events, payloads, joins, created_at, ended_at, rate, filter } = replay;
  const done = doneOf(replay);
  return (
    <>
      <section class="panel">
        <div class="panel-body stack">
          <div class="line loose">
            <Mark {...replayMark(replay)} />
            <span>
              {number(done)} of {counted(events.total, 'event')}
            </span>
            <span class="muted">
              begun <Time at={created_at} />
              {ended_at !== null && (
                <>
                  , ended <Time at={ended_at} />
                </>
              )}
              , at most {number(rate)} a second
            </span>
          </div>
          <progress max={Math.max(1, events.total)} value={status === 'finished' ? Math.max(1, events.total) : done}>
            {number(done)} of {number(events.total)}
          </progress>
          <p class="muted small break">{filterText(replay)}</p>
          {status === 'cancelled' && (
            <p>It was cancelled: nothing more is put in line; what was in line is translated.</p>
          )}
        </div>
      </section>
      <div class="tiles six">
        <Figure label="Translated" value={events.translated} />
        <Figure label="Without a mapping" value={events.unmatched} />
        <Figure label="Failed again" value={events.failed} />
        <Figure label="In line" value={events.in_line} />
        <Figure label="Deliveries made" value={payloads.again + payloads.new + joins} />
        <Figure label="Left alone" value={payloads.left_delivered + payloads.left_under_way} />
      </div>
      {status !== 'running' && <UnderWay replay={replay} />}
      {isDeadKey(filter.dead) && <LeftOver of={filter.dead} isRunning={status === 'running'} />}
    </>
  );
}

function Figure({ label, value }: { readonly label: string; readonly value: number }) {
  return (
    <div class="panel tile">
      <span class="label">{label}</span>
      <span class="figure">{number(value)}</span>
    </div>
  );
}

const isDeadKey = (value: ApiReplay['filter'][string] | undefined): value is ApiDeadGroupKey =>
  typeof value === 'object' && 'destination' in value;

/** What was made has still to be delivered. */
function UnderWay({ replay: { destinations: wanted, payloads } }: { readonly replay: ApiReplay }) {
  const destinations = useApi<ApiItems<ApiDestination>>('/destinations', ['deliveries', 'lanes']);
  if (payloads.new + payloads.again === 0 || destinations.data === undefined) return null;
  const waiting = destinations.data.items
    .filter(({ name }) => wanted === null || wanted.includes(name))
    .map(({ name, deliveries }) => ({ name, count: deliveries.pending + deliveries.in_flight }))
    .filter(({ count }) => count > 0);
  return (
    <div class={`note ${waiting.length === 0 ? 'good' : ''}`} role="status">
      <Icon name={waiting.length === 0 ? 'check' : 'clock'} />
      <span>
        {waiting.length === 0
          ? 'Nothing is under way any more: what was made has been delivered or is dead.'
          : `Still under way: ${waiting.map(({ name, count }) => `${number(count)} to ${name}`).join(', ')}.`}
      </span>
    </div>
  );
}

function LeftOver({ of, isRunning }: { readonly of: ApiDeadGroupKey; readonly isRunning: boolean }) {
  const problems = useApi<ApiProblems>('/problems', ['deliveries', 'events']);
  if (problems.data === undefined) return null;
  const left = findDead(problems.data, of)?.count ?? 0;
  if (left === 0)
    return (
      <div class="note good" role="status">
        <Icon name="check" />
        <span>Nothing of the group is dead any more.</span>
      </div>
    );
  return (
    <div class={`note ${isRunning ? '' : 'bad'}`} role="status">
      <Icon name={isRunning ? 'clock' : 'problems'} />
      <span>
        {counted(left, 'delivery', 'deliveries')} of the group {left === 1 ? 'is' : 'are'} dead.{' '}
        <a href={deadHref(of)}>See the group</a>
      </span>
    </div>
  );
}
