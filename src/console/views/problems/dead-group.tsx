import type { ApiAttempt, ApiDelivery } from '../../../api-shapes/stored.ts';
import { pathWith } from '../../api/client.ts';
import { useRevealable } from '../../api/use-revealable.ts';
import { useUrlState } from '../../state/url-state.ts';
import { counted } from '../../ui/number-text.ts';
import { Time } from '../../ui/time.tsx';
import { DeadRepairs } from './dead-repairs.tsx';
import { Gone, GroupFacts, GroupPage, LastOne } from './group-page.tsx';
import { type DeadGroup as Dead, findDead } from './groups.ts';
import { deadAdvice } from './reasons.ts';

/** `/problems/dead?destination=&reason=&cause=`: one group of dead deliveries, and what can be done about it. */
export function DeadGroup() {
  const [key] = useUrlState(['destination', 'reason', 'cause']);
  const { destination, cause } = key;
  const gone = (
    <Gone title="Nothing of this group is dead any more" why="It was sent again, made anew or given up.">
      <a class="button" href={`/destinations/${encodeURIComponent(destination)}`}>
        {destination}
      </a>
    </Gone>
  );
  return (
    <GroupPage
      title={`Dead at ${destination}`}
      tab="Dead deliveries"
      cause={cause}
      find={(problems) => findDead(problems, key)}
      gone={gone}
    >
      {(group) => <Group group={group} />}
    </GroupPage>
  );
}

function Group({ group }: { readonly group: Dead }) {
  const { destination, reason, cause, count, example } = group;
  return (
    <>
      <GroupFacts
        group={group}
        counted={counted(count, 'delivery', 'deliveries')}
        means={deadAdvice(reason).means}
        href={pathWith('/events', { destination, delivery: 'dead', reason, cause })}
      />
      <DeadRepairs group={group} />
      <Example id={example} />
    </>
  );
}

function Example({ id }: { readonly id: string }) {
  const delivery = useRevealable<ApiDelivery>(`/deliveries/${id}`);
  return (
    <LastOne
      of={delivery}
      eventId={delivery.data?.event_id}
      about={({ mapping, history }) => {
        const last = history.at(-1);
        return (
          <>
            by {mapping}, {counted(history.length, 'attempt')}
            {last !== undefined && (
              <>
                , the last <Time at={last.started_at} />
              </>
            )}
          </>
        );
      }}
      texts={({ history }) => textsOf(history.at(-1))}
    />
  );
}

/** Most messages quote what was answered. */
function textsOf(attempt: ApiAttempt | undefined): readonly string[] {
  const message = attempt?.message ?? '';
  const { status, body } = attempt?.response ?? { status: 0, body: '' };
  const answered = body === '' || message.includes(body) ? [] : [`${status} ${body}`];
  return message === '' ? answered : [message, ...answered];
}
