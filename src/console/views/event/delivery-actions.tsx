import { useState } from 'preact/hooks';
import type { ApiDelivery } from '../../../api-shapes/stored.ts';
import { api } from '../../api/client.ts';
import { tellChanged } from '../../api/live.ts';
import { toast, toastProblem } from '../../state/toasts.ts';
import { confirmed } from '../../ui/dialog.tsx';
import { Icon } from '../../ui/icon.tsx';

interface DeliveryActionsProps {
  readonly delivery: ApiDelivery;
  readonly onChanged: () => void;
}

/** What can be done with a delivery that has not arrived. */
export function DeliveryActions({ delivery: { id, destination, status }, onChanged }: DeliveryActionsProps) {
  const [isBusy, setBusy] = useState(false);
  const post = async (verb: 'redeliver' | 'cancel', text: string): Promise<void> => {
    setBusy(true);
    try {
      await api(`/deliveries/${encodeURIComponent(id)}/${verb}`, { method: 'POST' });
      toast({ tone: 'good', text });
    } catch (error) {
      toastProblem(error);
    }
    setBusy(false);
    tellChanged('deliveries');
    onChanged();
  };
  const cancel = async (): Promise<void> => {
    const isWanted = await confirmed({
      title: `Give up this delivery to ${destination}?`,
      text: <p>It is not tried again. The event stays, and a replay makes a new delivery of it.</p>,
      action: 'Give up',
      isDangerous: true,
    });
    if (isWanted) await post('cancel', `the delivery to ${destination} is given up`);
  };
  if (status !== 'dead' && status !== 'pending') return null;
  return (
    <div class="line">
      {status === 'dead' && (
        <button
          type="button"
          class="button"
          disabled={isBusy}
          onClick={() => void post('redeliver', `${destination} is tried again, with the same payload and id`)}
        >
          <Icon name="send" />
          Redeliver as sent
        </button>
      )}
      <button type="button" class="button" disabled={isBusy} onClick={() => void cancel()}>
        <Icon name="close" />
        Give up
      </button>
    </div>
  );
}
