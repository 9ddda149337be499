import { useEffect, useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import type { ApiPlan, ApiReplay } from '../../../api-shapes/repair.ts';
import { api, isAbort } from '../../api/client.ts';
import { onChange, tellChanged } from '../../api/live.ts';
import { type ApiProblem, asProblem } from '../../api/problem.ts';
import { revealing } from '../../api/use-revealable.ts';
import { toastProblem } from '../../state/toasts.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { counted } from '../../ui/number-text.ts';
import { Reveal } from '../../ui/reveal.tsx';
import { Loading, ProblemState } from '../../ui/states.tsx';
import { replayHref } from './groups.ts';
import { PlanView } from './plan-view.tsx';
import { RateField } from './rate-field.tsx';

export interface ReplayOrder {
  readonly filter: Readonly<Record<string, unknown>>;
  readonly destinations?: readonly string[];
}

interface ReplayingProps {
  readonly order: ReplayOrder;
  readonly onClose: () => void;
}

/** The plan first, then the decision. */
export function Replaying({ order, onClose }: ReplayingProps) {
  const { route } = useLocation();
  const { plan, problem, ask, ...masking } = usePlan(order);
  const [rate, setRate] = useState(100);
  const [isStarting, setStarting] = useState(false);
  const start = async (): Promise<void> => {
    setStarting(true);
    try {
      const { id } = await api<ApiReplay>('/replays', { method: 'POST', body: { ...order, rate } });
      tellChanged('replays', 'events', 'deliveries');
      onClose();
      route(replayHref(id));
    } catch (error) {
      toastProblem(error);
      setStarting(false);
    }
  };
  return (
    <Dialog title="Plan of the replay" onClose={onClose} isRoomy>
      {problem !== undefined && <ProblemState problem={problem} retry={ask} />}
      {problem === undefined && plan === undefined && (
        <>
          <p class="muted">Every event is translated with the mappings in force, without writing anything…</p>
          <Loading lines={4} />
        </>
      )}
      {plan !== undefined && (
        <>
          <Reveal {...masking} />
          <PlanView plan={plan} />
          <RateField rate={rate} onChange={setRate} what="events" count={plan.events.total} />
          <div class="dialog-foot">
            <button type="button" class="button" onClick={onClose}>
              Leave it
            </button>
            <button
              type="button"
              class="button main-action"
              disabled={isStarting || plan.events.total === 0}
              onClick={() => void start()}
            >
              Replay {counted(plan.events.total, 'event')}
            </button>
          </div>
        </>
      )}
    </Dialog>
  );
}

function usePlan(order: ReplayOrder) {
  const [plan, setPlan] = useState<ApiPlan & { readonly masked?: boolean }>();
  const [isRevealed, setRevealed] = useState(false);
  const [problem, setProblem] = useState<ApiProblem>();
  const [round, setRound] = useState(0);
  const asked = JSON.stringify({ ...order, dry_run: true });
  // A plan is of the mappings in force, also of those that take effect while it is looked at.
  useEffect(() => onChange(['configuration'], () => setRound((count) => count + 1)), []);
  useEffect(() => {
    const leaving = new AbortController();
    setProblem(undefined);
    api<ApiPlan>(isRevealed ? revealing('/replays') : '/replays', {
      method: 'POST',
      body: JSON.parse(asked),
      signal: leaving.signal,
    }).then(setPlan, (error: unknown) => {
      if (!isAbort(error)) setProblem(asProblem(error));
    });
    return () => leaving.abort();
  }, [asked, isRevealed, round]);
  return {
    ...{ plan, problem, isRevealed },
    isMasked: plan?.masked === true,
    turn: () => setRevealed(!isRevealed),
    ask: () => setRound((count) => count + 1),
  };
}
