import { useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import type { ApiMoved } from '../../../api-shapes/repair.ts';
import type { ApiEvent } from '../../../api-shapes/stored.ts';
import { api } from '../../api/client.ts';
import { tellChanged } from '../../api/live.ts';
import { useShortcuts } from '../../state/shortcuts.ts';
import { toast, toastProblem } from '../../state/toasts.ts';
import { Icon } from '../../ui/icon.tsx';
import { Menu } from '../../ui/menu.tsx';
import { counted } from '../../ui/number-text.ts';
import { ReplayDialog } from './replay-dialog.tsx';

interface ActionsProps {
  readonly event: ApiEvent;
  /** Told when something was done. */
  readonly onChanged: () => void;
}

/** What can be done with an event as a whole. */
export function Actions({ event, onChanged }: ActionsProps) {
  const [isReplaying, setReplaying] = useState(false);
  const { route } = useLocation();
  const dead = event.deliveries.filter(({ status }) => status === 'dead');
  const [first] = event.runs ?? [];
  const mapping = first === undefined ? '' : `&mapping=${encodeURIComponent(first.mapping)}`;
  const playground = `/playground?event=${encodeURIComponent(event.id)}${mapping}`;
  const canReplay = event.status !== 'received';
  const redeliver = async (): Promise<void> => {
    try {
      const body = { ids: dead.map(({ id }) => id) };
      const { deliveries } = await api<ApiMoved>('/redeliveries', { method: 'POST', body });
      toast({ tone: 'good', text: `${counted(deliveries, 'delivery', 'deliveries')} tried again, as sent` });
    } catch (error) {
      toastProblem(error);
    }
    tellChanged('deliveries');
    onChanged();
  };
  useShortcuts([
    { keys: 'r', does: 'replay', run: () => canReplay && setReplaying(true) },
    { keys: 'o', does: 'open in the playground', run: () => route(playground) },
    { keys: 'p', does: 'pin as a fixture', run: () => route(`${playground}&pin=1`) },
  ]);
  return (
    <>
      <a class="button" href={playground}>
        <Icon name="playground" />
        Open in playground
      </a>
      <a class="button" href={`${playground}&pin=1`}>
        <Icon name="pin" />
        Pin as fixture
      </a>
      {dead.length === 0 ? (
        <button type="button" class="button" disabled={!canReplay} onClick={() => setReplaying(true)}>
          <Icon name="replay" />
          Replay…
        </button>
      ) : (
        <Menu
          button={
            <>
              <Icon name="replay" />
              Replay
              <Icon name="down" />
            </>
          }
        >
          <button type="button" onClick={() => setReplaying(true)}>
            Through today's mappings…
          </button>
          <button type="button" onClick={() => void redeliver()}>
            Exactly as sent: {counted(dead.length, 'dead delivery', 'dead deliveries')}
          </button>
        </Menu>
      )}
      {isReplaying && <ReplayDialog event={event} onChanged={onChanged} onClose={() => setReplaying(false)} />}
    </>
  );
}
