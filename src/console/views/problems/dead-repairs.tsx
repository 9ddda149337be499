import { useState } from 'preact/hooks';
import type { ApiMoved } from '../../../api-shapes/repair.ts';
import { api } from '../../api/client.ts';
import { tellChanged } from '../../api/live.ts';
import { toast, toastProblem } from '../../state/toasts.ts';
import { confirmed, Dialog } from '../../ui/dialog.tsx';
import { Icon } from '../../ui/icon.tsx';
import { counted } from '../../ui/number-text.ts';
import type { DeadGroup, DeadKey } from './groups.ts';
import { RateField } from './rate-field.tsx';
import { deadAdvice } from './reasons.ts';
import { Replaying } from './replaying.tsx';

const deliveries = (count: number): string => counted(count, 'delivery', 'deliveries');

/** Send it again, make it anew, give it up. */
export function DeadRepairs({ group }: { readonly group: DeadGroup }) {
  const [doing, setDoing] = useState<'replay' | 'redeliver'>();
  const { destination, reason, cause, count } = group;
  const key: DeadKey = { destination, reason, cause };
  const { first } = deadAdvice(reason);
  const look = (action: typeof first): string => `button ${first === action ? 'main-action' : ''}`;
  return (
    <section class="repairs" aria-label="What to do">
      <div class="panel repair">
        <h2>Replay</h2>
        <p>The events go through today’s mappings again. For payloads that the destination did not want.</p>
        <button type="button" class={look('replay')} onClick={() => setDoing('replay')}>
          <Icon name="replay" />
          Plan a replay
        </button>
      </div>
      <div class="panel repair">
        <h2>Redeliver</h2>
        <p>The same payloads are sent again as they are. For a destination that did not work.</p>
        <button type="button" class={look('redeliver')} onClick={() => setDoing('redeliver')}>
          <Icon name="send" />
          Redeliver {deliveries(count)}
        </button>
      </div>
      <div class="panel repair">
        <h2>Give up</h2>
        <p>They are cancelled for good: nobody is reminded of them, and what waits behind them goes on.</p>
        <button type="button" class="button danger" onClick={() => void giveUp(key, count)}>
          <Icon name="close" />
          Give up {deliveries(count)}
        </button>
      </div>
      {doing === 'replay' && (
        <Replaying order={{ filter: { dead: key }, destinations: [destination] }} onClose={() => setDoing(undefined)} />
      )}
      {doing === 'redeliver' && <Redelivering group={group} onClose={() => setDoing(undefined)} />}
    </section>
  );
}

async function giveUp(filter: DeadKey, count: number): Promise<void> {
  const isMeant = await confirmed({
    title: `Give up ${deliveries(count)}?`,
    text: <>{filter.destination} never gets them. Only a replay of their events makes new ones.</>,
    action: 'Give up',
    isDangerous: true,
  });
  if (!isMeant) return;
  try {
    const body = { filter: { ...filter, status: 'dead' } };
    const moved = await api<ApiMoved>('/cancellations', { method: 'POST', body });
    toast({ tone: 'good', text: `${deliveries(moved.deliveries)} given up` });
    tellChanged('deliveries');
  } catch (error) {
    toastProblem(error);
  }
}

interface RedeliveringProps {
  readonly group: DeadGroup;
  readonly onClose: () => void;
}

function Redelivering({ group, onClose }: RedeliveringProps) {
  const { destination, reason, cause, count } = group;
  const [rate, setRate] = useState(100);
  const [isDoing, setDoing] = useState(false);
  const redeliver = async (): Promise<void> => {
    setDoing(true);
    try {
      const body = { filter: { destination, reason, cause }, rate };
      const moved = await api<ApiMoved>('/redeliveries', { method: 'POST', body });
      toast({
        tone: 'good',
        text: `${deliveries(moved.deliveries)} back in line`,
        action: { label: `See ${destination}`, href: `/destinations/${encodeURIComponent(destination)}` },
      });
      tellChanged('deliveries');
      onClose();
    } catch (error) {
      toastProblem(error);
      setDoing(false);
    }
  };
  return (
    <Dialog title={`Redeliver ${deliveries(count)} to ${destination}?`} onClose={onClose}>
      <p>
        Each goes out as it was, under the same id, with as many attempts as a new one. The destination’s own rate and
        concurrency count besides.
      </p>
      <RateField rate={rate} onChange={setRate} what="deliveries" count={count} />
      <div class="dialog-foot">
        <button type="button" class="button" onClick={onClose}>
          Leave it
        </button>
        <button type="button" class="button main-action" disabled={isDoing} onClick={() => void redeliver()}>
          Redeliver
        </button>
      </div>
    </Dialog>
  );
}
