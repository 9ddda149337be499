import { useState } from 'preact/hooks';
import type { ApiProblems } from '../../../api-shapes/repair.ts';
import type { ApiEventSummary } from '../../../api-shapes/stored.ts';
import { pathWith } from '../../api/client.ts';
import { useApi } from '../../api/use-api.ts';
import { useRevealable } from '../../api/use-revealable.ts';
import { useUrlState } from '../../state/url-state.ts';
import { Icon } from '../../ui/icon.tsx';
import { counted, number } from '../../ui/number-text.ts';
import { PageHeader } from '../../ui/page-header.tsx';
import { Reveal } from '../../ui/reveal.tsx';
import { Answered, Empty } from '../../ui/states.tsx';
import { Mark } from '../../ui/status.tsx';
import { visibleText } from '../../ui/text-lines.ts';
import { Time } from '../../ui/time.tsx';
import { back } from './dead-group.tsx';
import { type FailedGroup as Failed, findFailed } from './groups.ts';
import './problems.css';
import { failedAdvice, isReplayable } from './reasons.ts';
import { Replaying } from './replaying.tsx';

/** `/problems/failed?source=&reason=&cause=`: one group of failed events. */
export function FailedGroup() {
  const [key] = useUrlState(['source', 'reason', 'cause']);
  const problems = useApi<ApiProblems>('/problems', ['deliveries', 'events']);
  return (
    <>
      <PageHeader
        title={`Failed from ${key.source}`}
        tab="Failed events · Problems"
        back={back}
        sub={<span class="mono small break">{visibleText(key.cause)}</span>}
      />
      <Answered of={problems}>
        {(found) => {
          const group = findFailed(found, key);
          return group === undefined ? <Gone /> : <Group group={group} />;
        }}
      </Answered>
    </>
  );
}

function Gone() {
  return (
    <Empty icon="check" title="No event of this group is failed any more">
      <p>They were replayed, or are past their retention.</p>
      <a class="button" href="/problems">
        Other problems
      </a>
    </Empty>
  );
}

function Group({ group }: { readonly group: Failed }) {
  const { source, reason, cause, count, first_at, last_at, example } = group;
  const [isReplaying, setReplaying] = useState(false);
  return (
    <>
      <section class="panel">
        <div class="panel-body stack">
          <div class="line loose">
            <Mark tone="bad" icon="✗" word={reason} />
            <span>
              <strong>{counted(count, 'event')}</strong> <span class="muted">from</span> <Time at={first_at} />{' '}
              <span class="muted">to</span> <Time at={last_at} />
            </span>
          </div>
          <p>{failedAdvice(reason)}</p>
          <p>
            <a href={pathWith('/events', { source, status: 'failed', reason, cause })}>
              See {count === 1 ? 'it' : `all ${number(count)}`} among the events
            </a>
          </p>
          {isReplayable(reason) && (
            <div class="line">
              <button type="button" class="button main-action" onClick={() => setReplaying(true)}>
                <Icon name="replay" />
                Plan a replay
              </button>
              <a class="button" href={`/playground?event=${example}`}>
                <Icon name="playground" />
                Open one in the playground
              </a>
            </div>
          )}
        </div>
      </section>
      <Example id={example} />
      {isReplaying && <Replaying order={{ filter: { source, reason, cause } }} onClose={() => setReplaying(false)} />}
    </>
  );
}

function Example({ id }: { readonly id: string }) {
  const event = useRevealable<ApiEventSummary>(`/events/${id}`);
  return (
    <section class="panel">
      <div class="panel-head">
        <h2 class="grow">The last one</h2>
        <a href={`/events/${id}`}>Open the event</a>
      </div>
      <Answered of={event} lines={2}>
        {({ type, message, received_at }) => (
          <div class="panel-body stack tight">
            <Reveal {...event} />
            <span class="muted small">
              {visibleText(type)}, received <Time at={received_at} />
            </span>
            {message !== null && <p class="break">{visibleText(message)}</p>}
          </div>
        )}
      </Answered>
    </section>
  );
}
