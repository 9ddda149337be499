import './event.css';
import type { ApiEvent } from '../../../api-shapes/stored.ts';
import { useRevealable } from '../../api/use-revealable.ts';
import { Copy } from '../../ui/copy.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Reveal } from '../../ui/reveal.tsx';
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
  const loaded = useRevealable<ApiEvent>(`/events/${encodeURIComponent(id)}`, ['events', 'deliveries']);
  const event = loaded.data;
  return (
    <>
      <PageHeader
        title={event?.type ?? 'Event'}
        tab={event === undefined ? id : `${visibleText(event.type)} ${id.slice(-6)}`}
        back={{ href: '/events', label: 'Events' }}
        sub={
          event && (
            <span class="line loose">
              <Status word={event.status} />
              {event.source} <Time at={event.received_at} />{' '}
              <span class="line">
                <span class="mono break">{event.id}</span>
                <Copy text={event.id} label="Copy the event's id" />
              </span>
            </span>
          )
        }
      >
        {event && <Actions event={event} onChanged={loaded.reload} />}
      </PageHeader>
      <Answered of={loaded} lines={10}>
        {(found) => (
          <>
            <Reveal {...loaded} />
            <ol class="way">
              <Received event={found} />
              <Verified event={found} />
              <Mapped event={found} isRevealed={loaded.isRevealed} />
              <Delivered event={found} isRevealed={loaded.isRevealed} onChanged={loaded.reload} />
            </ol>
          </>
        )}
      </Answered>
    </>
  );
}
