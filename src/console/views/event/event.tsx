import './event.css';
import { useState } from 'preact/hooks';
import type { ApiEvent } from '../../../api-shapes/stored.ts';
import { useApi } from '../../api/use-api.ts';
import { Copy } from '../../ui/copy.tsx';
import { Icon } from '../../ui/icon.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Answered } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';
import { visibleText } from '../../ui/text-lines.ts';
import { Time } from '../../ui/time.tsx';
import type { ViewProps } from '../../view.ts';
import { Actions } from './actions.tsx';
import { Delivered } from './delivered.tsx';
import { Mapped } from './mapped.tsx';
import { Received } from './received.tsx';
import { Verified } from './verified.tsx';

/** One event's whole way: received, verified, mapped, delivered. */
export function Event({ params }: ViewProps) {
  const id = params.id ?? '';
  const [reveals, setReveals] = useState(false);
  // What somebody reveals is asked for as it is, and the gateway writes down that they did.
  const query = reveals ? '?reveal=true' : '';
  const loaded = useApi<ApiEvent>(`/events/${encodeURIComponent(id)}${query}`, ['events', 'deliveries']);
  const event = loaded.data;
  return (
    <>
      <PageHeader
        title={event === undefined ? 'Event' : visibleText(event.type)}
        tab={event === undefined ? id : `${visibleText(event.type)} ${id.slice(-6)}`}
        back={{ href: '/events', label: 'Events' }}
        sub={
          event && (
            <span class="line">
              <Status word={event.status} />
              {event.source} · <Time at={event.received_at} /> · <span class="mono break">{event.id}</span>
              <Copy text={event.id} label="Copy the event's id" />
            </span>
          )
        }
      >
        {event?.masked === true && (
          <button type="button" class="button" onClick={() => setReveals(true)}>
            <Icon name="eye" />
            Reveal personal data
          </button>
        )}
        {event && <Actions event={event} />}
      </PageHeader>
      <Answered of={loaded} lines={10}>
        {(found) => (
          <ol class="way">
            <Received event={found} />
            <Verified event={found} />
            <Mapped event={found} query={query} />
            <Delivered event={found} query={query} />
          </ol>
        )}
      </Answered>
    </>
  );
}
