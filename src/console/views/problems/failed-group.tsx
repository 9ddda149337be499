import { useState } from 'preact/hooks';
import type { ApiEventSummary } from '../../../api-shapes/stored.ts';
import { pathWith } from '../../api/client.ts';
import { useRevealable } from '../../api/use-revealable.ts';
import { useUrlState } from '../../state/url-state.ts';
import { Icon } from '../../ui/icon.tsx';
import { counted } from '../../ui/number-text.ts';
import { visibleText } from '../../ui/text-lines.ts';
import { Time } from '../../ui/time.tsx';
import { Gone, GroupFacts, GroupPage, LastOne } from './group-page.tsx';
import { type FailedGroup as Failed, findFailed } from './groups.ts';
import { failedAdvice, isReplayable } from './reasons.ts';
import { Replaying } from './replaying.tsx';

/** `/problems/failed?source=&reason=&cause=`: one group of failed events. */
export function FailedGroup() {
  const [key] = useUrlState(['source', 'reason', 'cause']);
  return (
    <GroupPage
      title={`Failed from ${key.source}`}
      tab="Failed events"
      cause={key.cause}
      find={(problems) => findFailed(problems, key)}
      gone={
        <Gone
          title="No event of this group is failed any more"
          why="They were replayed, or are past their retention."
        />
      }
    >
      {(group) => <Group group={group} />}
    </GroupPage>
  );
}

function Group({ group }: { readonly group: Failed }) {
  const { source, reason, cause, count, example } = group;
  const [isReplaying, setReplaying] = useState(false);
  return (
    <>
      <GroupFacts
        group={group}
        counted={counted(count, 'event')}
        means={failedAdvice(reason)}
        href={pathWith('/events', { source, status: 'failed', reason, cause })}
      >
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
      </GroupFacts>
      <Example id={example} />
      {isReplaying && <Replaying order={{ filter: { source, reason, cause } }} onClose={() => setReplaying(false)} />}
    </>
  );
}

function Example({ id }: { readonly id: string }) {
  const event = useRevealable<ApiEventSummary>(`/events/${id}`);
  return (
    <LastOne
      of={event}
      eventId={id}
      about={({ type, received_at }) => (
        <>
          {visibleText(type)}, received <Time at={received_at} />
        </>
      )}
      texts={({ message }) => (message === null ? [] : [message])}
    />
  );
}
