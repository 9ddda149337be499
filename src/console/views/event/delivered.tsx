import { useState } from 'preact/hooks';
import type { ApiDelivery, ApiEvent } from '../../../api-shapes/stored.ts';
import { JsonTree } from '../../ui/json-tree.tsx';
import { counted } from '../../ui/number-text.ts';
import { Status } from '../../ui/status.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { visibleText } from '../../ui/text-lines.ts';
import { Time } from '../../ui/time.tsx';
import { duration } from '../../ui/time-text.ts';
import { Attempts } from './attempts.tsx';
import { DeliveryActions } from './delivery-actions.tsx';
import { DeliveryFacts } from './delivery-facts.tsx';
import { payloadName } from './payload-name.ts';
import { ShownRequest } from './shown-request.tsx';
import { Step } from './step.tsx';

interface DeliveredProps {
  readonly event: ApiEvent;
  readonly isRevealed: boolean;
  /** Told when something was done with a delivery. */
  readonly onChanged: () => void;
}

/** What became of it at each destination, try by try. */
export function Delivered({ event, ...shown }: DeliveredProps) {
  const { deliveries } = event;
  const isOne = deliveries.length === 1;
  return (
    <Step number={4} title="Delivered" tone={toneOf(deliveries)} told={<span class="muted">{tally(deliveries)}</span>}>
      {deliveries.length === 0 ? (
        <p class="muted">
          {event.status === 'received' ? 'Nothing yet: it is translated first.' : 'Nothing was sent for it.'}
        </p>
      ) : (
        <div class="panel deliveries">
          {deliveries.map((delivery) => (
            <Delivery
              key={delivery.id}
              delivery={delivery}
              isOpenAtFirst={isOne || delivery.status === 'dead'}
              {...shown}
            />
          ))}
        </div>
      )}
    </Step>
  );
}

function toneOf(deliveries: readonly ApiDelivery[]): 'good' | 'warn' | 'bad' | 'quiet' {
  const has = (status: string): boolean => deliveries.some((delivery) => delivery.status === status);
  if (has('dead')) return 'bad';
  if (has('pending') || has('in_flight')) return 'warn';
  return has('delivered') ? 'good' : 'quiet';
}

/** As in `3 delivered, 1 dead`. */
const tally = (deliveries: readonly ApiDelivery[]): string =>
  [...Map.groupBy(deliveries, ({ status }) => status)].map(([status, own]) => `${own.length} ${status}`).join(', ');

interface DeliveryProps extends Omit<DeliveredProps, 'event'> {
  readonly delivery: ApiDelivery;
  readonly isOpenAtFirst: boolean;
}

function Delivery({ delivery, isRevealed, isOpenAtFirst, onChanged }: DeliveryProps) {
  const [isOpen, setOpen] = useState(isOpenAtFirst);
  const { destination, status, payload, replay_of } = delivery;
  return (
    <details
      class="delivery"
      id={delivery.id}
      open={isOpen}
      onToggle={({ currentTarget }) => setOpen(currentTarget.open)}
    >
      <summary>
        <span class="name">{destination}</span>
        <Status word={status} />
        <span class="cut grow">{visibleText(payloadName(payload))}</span>
        {replay_of !== null && <span class="muted small">replayed</span>}
        <span class="muted small">
          <Outlook delivery={delivery} />
        </span>
      </summary>
      {isOpen && (
        <div class="panel-body stack">
          <DeliveryActions delivery={delivery} onChanged={onChanged} />
          <DeliveryContent delivery={delivery} isRevealed={isRevealed} />
        </div>
      )}
    </details>
  );
}

function DeliveryContent({ delivery, isRevealed }: Pick<DeliveryProps, 'delivery' | 'isRevealed'>) {
  const [tab, setTab] = useState(delivery.status === 'delivered' ? 'payload' : 'attempts');
  const tabs = [
    {
      key: 'attempts',
      title: (
        <>
          Attempts <span class="count">{delivery.history.length}</span>
        </>
      ),
      content: () => <Attempts history={delivery.history} />,
    },
    {
      key: 'payload',
      title: 'Payload',
      content: () => <JsonTree value={delivery.payload} label={`payload for ${delivery.destination}`} rowsShown={14} />,
    },
    { key: 'request', title: 'Request', content: () => <ShownRequest id={delivery.id} isRevealed={isRevealed} /> },
    { key: 'facts', title: 'Ids', content: () => <DeliveryFacts delivery={delivery} /> },
  ];
  return <Tabs label={`Delivery to ${delivery.destination}`} tabs={tabs} selected={tab} onSelect={setTab} />;
}

/** What happens next, or how the last try went. */
function Outlook({ delivery: { status, due_at, is_behind, history, failures } }: { readonly delivery: ApiDelivery }) {
  const last = history.at(-1);
  if (status === 'pending' && is_behind) return <>waits for an earlier one of the same person</>;
  if (status === 'pending' && due_at !== null)
    return (
      <>
        {failures > 0 && `${counted(failures, 'failure')}, next try `}
        {failures === 0 && 'due '}
        <Time at={due_at} />
      </>
    );
  if (last === undefined) return null;
  const answer = last.response === null ? '' : `${last.response.status} `;
  return (
    <span class="number">
      {history.length > 1 && `${counted(history.length, 'try', 'tries')}, last `}
      {answer}in {duration(last.duration_ms)}
    </span>
  );
}
