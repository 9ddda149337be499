import type { ApiProblems } from '../../../api-shapes/repair.ts';
import type { ApiDelivery } from '../../../api-shapes/stored.ts';
import { pathWith } from '../../api/client.ts';
import { useApi } from '../../api/use-api.ts';
import { useRevealable } from '../../api/use-revealable.ts';
import { useUrlState } from '../../state/url-state.ts';
import { counted, number } from '../../ui/number-text.ts';
import { PageHeader } from '../../ui/page-header.tsx';
import { Reveal } from '../../ui/reveal.tsx';
import { Answered, Empty } from '../../ui/states.tsx';
import { Mark } from '../../ui/status.tsx';
import { visibleText } from '../../ui/text-lines.ts';
import { Time } from '../../ui/time.tsx';
import { type DeadGroup as Dead, type DeadKey, findDead } from './groups.ts';
import './problems.css';
import { DeadRepairs } from './dead-repairs.tsx';
import { deadAdvice } from './reasons.ts';

export const back = { href: '/problems', label: 'Problems' };

/** `/problems/dead?destination=&reason=&cause=`: one group of dead deliveries, and what can be done about it. */
export function DeadGroup() {
  const [key] = useUrlState(['destination', 'reason', 'cause']);
  const problems = useApi<ApiProblems>('/problems', ['deliveries', 'events']);
  return (
    <>
      <PageHeader
        title={`Dead at ${key.destination}`}
        tab="Dead deliveries · Problems"
        back={back}
        sub={<span class="mono small break">{visibleText(key.cause)}</span>}
      />
      <Answered of={problems}>
        {(found) => {
          const group = findDead(found, key);
          return group === undefined ? <Gone of={key} /> : <Group group={group} />;
        }}
      </Answered>
    </>
  );
}

function Gone({ of: { destination } }: { readonly of: DeadKey }) {
  return (
    <Empty icon="check" title="Nothing of this group is dead any more">
      <p>It was sent again, made anew or given up.</p>
      <div class="line">
        <a class="button" href="/problems">
          Other problems
        </a>
        <a class="button" href={`/destinations/${encodeURIComponent(destination)}`}>
          {destination}
        </a>
      </div>
    </Empty>
  );
}

function Group({ group }: { readonly group: Dead }) {
  const { destination, reason, cause, count, first_at, last_at, example } = group;
  return (
    <>
      <section class="panel">
        <div class="panel-body stack">
          <div class="line loose">
            <Mark tone="bad" icon="✗" word={reason} />
            <span>
              <strong>{counted(count, 'delivery', 'deliveries')}</strong> <span class="muted">from</span>{' '}
              <Time at={first_at} /> <span class="muted">to</span> <Time at={last_at} />
            </span>
          </div>
          <p>{deadAdvice(reason).means}</p>
          <p>
            <a href={pathWith('/events', { destination, delivery: 'dead', reason, cause })}>
              See {count === 1 ? 'it' : `all ${number(count)}`} among the events
            </a>
          </p>
        </div>
      </section>
      <DeadRepairs group={group} />
      <Example id={example} />
    </>
  );
}

/** The one that died last: what was answered tells more than what the group has in common. */
function Example({ id }: { readonly id: string }) {
  const delivery = useRevealable<ApiDelivery>(`/deliveries/${id}`);
  return (
    <section class="panel">
      <div class="panel-head">
        <h2 class="grow">The last one</h2>
        {delivery.data !== undefined && <a href={`/events/${delivery.data.event_id}`}>Open its event</a>}
      </div>
      <Answered of={delivery} lines={3}>
        {({ mapping, history }) => {
          const last = history.at(-1);
          return (
            <div class="panel-body stack tight">
              <Reveal {...delivery} />
              <span class="muted small">
                by {mapping}, {counted(history.length, 'attempt')}
                {last !== undefined && (
                  <>
                    , the last <Time at={last.started_at} />
                  </>
                )}
              </span>
              {last?.message !== null && last?.message !== undefined && (
                <p class="break">{visibleText(last.message)}</p>
              )}
              {isMoreThan(last?.message, last?.response?.body) && (
                <div class="code">
                  <pre>
                    {last?.response?.status} {visibleText(last?.response?.body ?? '')}
                  </pre>
                </div>
              )}
            </div>
          );
        }}
      </Answered>
    </section>
  );
}

/** Most messages quote what was answered. */
const isMoreThan = (message: string | null | undefined, body: string | undefined): boolean =>
  body !== undefined && body !== '' && message?.includes(body) !== true;
