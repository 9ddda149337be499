import type { ApiDestination, ApiItems } from '../../../api-shapes/configured.ts';
import type { ApiEvent } from '../../../api-shapes/stored.ts';
import { useApi } from '../../api/use-api.ts';
import { Answered } from '../../ui/states.tsx';
import { Mark, Status } from '../../ui/status.tsx';
import { visibleText } from '../../ui/text-lines.ts';

/** The way of the event that was just sent, as far as it has come. */
export function SampleWay({ id }: { readonly id: string }) {
  const event = useApi<ApiEvent>(`/events/${encodeURIComponent(id)}`, ['events', 'deliveries']);
  return (
    <Answered of={event} lines={2}>
      {({ type, source, status, message, deliveries }) => (
        <div class="stack tight">
          <p class="line">
            <a href={`/events/${encodeURIComponent(id)}`}>{visibleText(type)}</a>
            <span class="muted">of {source}</span>
          </p>
          <p class="line">
            <Mark tone="good" icon="✓" word="received" />
            <Mark tone="good" icon="✓" word="verified" />
            {status !== 'received' && <Status word={status} />}
          </p>
          {message !== null && <p class="warn break">{visibleText(message)}</p>}
          {status === 'unmatched' && <NoDestination />}
          <ul class="line">
            {deliveries.map((delivery) => (
              <li key={delivery.id}>
                <Status word={delivery.status} of={delivery.destination} title={delivery.reason ?? undefined} />
              </li>
            ))}
          </ul>
        </div>
      )}
    </Answered>
  );
}

/** The usual reason why the first event gets nowhere. */
function NoDestination() {
  const { data } = useApi<ApiItems<ApiDestination>>('/destinations', ['configuration']);
  if (data === undefined || data.items.some(({ off }) => off === null)) return null;
  return (
    <p>
      No destination is on yet. <a href="/destinations">The destinations</a> say which settings each of them lacks; a
      destination of type <code>console</code> needs none.
    </p>
  );
}
