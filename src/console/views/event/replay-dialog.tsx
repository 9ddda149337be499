import { useEffect, useState } from 'preact/hooks';
import type { ApiFates, ApiPlan, ApiReplay } from '../../../api-shapes/repair.ts';
import type { ApiEvent } from '../../../api-shapes/stored.ts';
import { api, isAbort } from '../../api/client.ts';
import { onChange, tellChanged } from '../../api/live.ts';
import { type ApiProblem, asProblem } from '../../api/problem.ts';
import { toast, toastProblem } from '../../state/toasts.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { counted } from '../../ui/number-text.ts';
import { Loading, ProblemNote } from '../../ui/states.tsx';
import { visibleText } from '../../ui/text-lines.ts';
import { valueText } from '../../ui/tree-rows.ts';

interface ReplayDialogProps {
  readonly event: ApiEvent;
  readonly onChanged: () => void;
  readonly onClose: () => void;
}

/** What a replay through today's mappings would do, before it does it. */
export function ReplayDialog({ event, onChanged, onClose }: ReplayDialogProps) {
  const [includesDelivered, setIncludes] = useState(false);
  const [plan, setPlan] = useState<ApiPlan>();
  const [problem, setProblem] = useState<ApiProblem>();
  const [round, setRound] = useState(0);
  const path = `/events/${encodeURIComponent(event.id)}/replay`;
  // A plan is of the mappings in force, also of those that take effect while it is looked at.
  useEffect(() => onChange(['configuration'], () => setRound((count) => count + 1)), []);
  useEffect(() => {
    const leaving = new AbortController();
    setPlan(undefined);
    setProblem(undefined);
    const body = { dry_run: true, include_delivered: includesDelivered };
    api<ApiPlan>(path, { method: 'POST', body, signal: leaving.signal }).then(setPlan, (error: unknown) => {
      if (!isAbort(error)) setProblem(asProblem(error));
    });
    return () => leaving.abort();
  }, [path, includesDelivered, round]);
  const start = async (): Promise<void> => {
    try {
      await api<ApiReplay>(path, { method: 'POST', body: { include_delivered: includesDelivered } });
      toast({ tone: 'good', text: 'the replay has begun' });
      tellChanged('events', 'deliveries', 'replays');
      onChanged();
      onClose();
    } catch (error) {
      toastProblem(error);
    }
  };
  const sends = plan === undefined ? 0 : plan.payloads.new + plan.payloads.again;
  return (
    <Dialog title="Replay through today's mappings" onClose={onClose}>
      {problem !== undefined && <ProblemNote problem={problem} />}
      {plan === undefined && problem === undefined && <Loading lines={3} />}
      {plan !== undefined && <Plan plan={plan} />}
      <label class="check">
        <input
          type="checkbox"
          checked={includesDelivered}
          onChange={({ currentTarget }) => setIncludes(currentTarget.checked)}
        />
        <span>
          Also send what has been delivered already. The ids stay the same, so destinations that know them count it
          once; Umami and Vemetric count it again.
        </span>
      </label>
      <div class="dialog-foot">
        <button type="button" class="button" onClick={onClose}>
          Leave it
        </button>
        <button type="button" class="button main-action" disabled={plan === undefined} onClick={() => void start()}>
          {sends === 0 ? 'Replay' : `Replay and send ${counted(sends, 'payload')}`}
        </button>
      </div>
    </Dialog>
  );
}

const fates: readonly (readonly [fate: keyof ApiFates, says: string])[] = [
  ['new', 'sent for the first time'],
  ['again', 'sent again under the same id'],
  ['left_delivered', 'left alone: delivered already'],
  ['left_under_way', 'left alone: still under way'],
  ['left_out', 'left alone: the destination is off or not wanted'],
];

function Plan({ plan: { payloads, events, changes, failures } }: { readonly plan: ApiPlan }) {
  const shown = fates.filter(([fate]) => payloads[fate] > 0);
  return (
    <div class="stack">
      {failures.map(({ cause }) => (
        <div key={cause} class="note bad">
          The mapping would fail: {visibleText(cause)}
        </div>
      ))}
      {events.unmatched > 0 && <div class="note warn">No mapping would take it, so nothing would be sent.</div>}
      {shown.length > 0 && (
        <dl class="facts">
          {shown.map(([fate, says]) => (
            <div key={fate} class="contents">
              <dt class="number">{counted(payloads[fate], 'payload')}</dt>
              <dd>{says}</dd>
            </div>
          ))}
        </dl>
      )}
      {changes.length > 0 && (
        <section class="stack tight changes">
          <h3>What differs from what was sent</h3>
          {changes.flatMap(({ destination, changes: own }) =>
            own.map(({ path, before, after }) => (
              <p key={`${destination} ${path}`} class="small">
                {destination} <span class="mono">{visibleText(path)}</span>{' '}
                {before !== undefined && <del class="mono">{visibleText(valueText(before))}</del>}{' '}
                {after !== undefined && <ins class="mono">{visibleText(valueText(after))}</ins>}
              </p>
            )),
          )}
        </section>
      )}
    </div>
  );
}
