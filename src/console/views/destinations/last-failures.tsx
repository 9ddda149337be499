import type { ApiDestination } from '../../../api-shapes/configured.ts';
import type { ApiDeliverySummary, ApiPage } from '../../../api-shapes/stored.ts';
import { pathWith } from '../../api/client.ts';
import { useApi } from '../../api/use-api.ts';
import { counted } from '../../ui/number-text.ts';
import { Mark } from '../../ui/status.tsx';
import { visibleText } from '../../ui/text-lines.ts';
import { Time } from '../../ui/time.tsx';
import { deadHref } from '../problems/groups.ts';

const lookedAtMax = 20;

/** What went wrong last: of what is tried again, and of what is not. */
export function LastFailures({
  destination: { name, last_dead, deliveries },
}: {
  readonly destination: ApiDestination;
}) {
  const retried = useApi<ApiPage<ApiDeliverySummary>>(
    deliveries.pending === 0
      ? null
      : pathWith('/deliveries', { destination: name, status: 'pending', limit: lookedAtMax }),
    ['deliveries'],
  );
  const last = retried.data?.items.find(({ failures }) => failures > 0);
  if (last === undefined && last_dead === null) return null;
  return (
    <section class="panel">
      <div class="panel-head">
        <h2>Last failures</h2>
      </div>
      <div class="panel-body stack">
        {last !== undefined && (
          <div class="stack tight">
            <span class="line">
              <Mark tone="warn" icon="↻" word={`failed ${counted(last.failures, 'time')}`} />
              {last.due_at !== null && (
                <span>
                  tried again <Time at={last.due_at} />
                </span>
              )}
              <a href={`/events/${last.event_id}`}>See its event</a>
            </span>
            <span class="mono small break">{visibleText(last.last_message ?? '')}</span>
          </div>
        )}
        {last_dead !== null && (
          <div class="stack tight">
            <span class="line">
              <Mark tone="bad" icon="✗" word={`dead: ${last_dead.reason}`} />
              <Time at={last_dead.at} />
              <a href={deadHref({ destination: name, reason: last_dead.reason, cause: last_dead.cause })}>
                See its group
              </a>
            </span>
            <span class="mono small break">{visibleText(last_dead.cause)}</span>
          </div>
        )}
      </div>
    </section>
  );
}
