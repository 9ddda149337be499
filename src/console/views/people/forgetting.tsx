import { useId, useState } from 'preact/hooks';
import type { ApiForgotten } from '../../../api-shapes/people.ts';
import { api, pathWith } from '../../api/client.ts';
import { tellChanged } from '../../api/live.ts';
import { type ApiProblem, asProblem } from '../../api/problem.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { Icon } from '../../ui/icon.tsx';
import { number } from '../../ui/number-text.ts';
import { ProblemNote } from '../../ui/states.tsx';
import { visibleText } from '../../ui/text-lines.ts';

const word = 'forget';

interface ForgettingProps {
  readonly identifier: string;
  readonly onClose: () => void;
  readonly onForgotten: (forgotten: ApiForgotten) => void;
}

/** Cannot be taken back, so the word has to be typed. */
export function Forgetting({ identifier, onClose, onForgotten }: ForgettingProps) {
  const id = useId();
  const [typed, setTyped] = useState('');
  const [isForgetting, setForgetting] = useState(false);
  const [problem, setProblem] = useState<ApiProblem>();
  const isMeant = typed.trim().toLowerCase() === word;
  const forget = async (): Promise<void> => {
    setForgetting(true);
    setProblem(undefined);
    try {
      const forgotten = await api<ApiForgotten>(pathWith('/identities', { identifier }), { method: 'DELETE' });
      tellChanged('events', 'deliveries');
      onForgotten(forgotten);
    } catch (error) {
      setProblem(asProblem(error));
      setForgetting(false);
    }
  };
  return (
    <Dialog title="Forget this person?" onClose={onClose}>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (isMeant && !isForgetting) void forget();
        }}
      >
        <p>
          Everything kept of <strong class="break">{visibleText(identifier)}</strong> and of whom it is linked to is
          erased: events, requests, deliveries, attempts and links. What was delivered stays at the destinations. This
          cannot be taken back.
        </p>
        {problem !== undefined && <ProblemNote problem={problem} />}
        <div class="field">
          <label for={id}>
            Type <strong>{word}</strong> to go on
          </label>
          <input
            id={id}
            class="input"
            autocomplete="off"
            spellcheck={false}
            value={typed}
            onInput={({ currentTarget }) => setTyped(currentTarget.value)}
          />
        </div>
        <div class="dialog-foot">
          <button type="button" class="button" onClick={onClose}>
            Leave it
          </button>
          <button type="submit" class="button main-action danger" disabled={!isMeant || isForgetting}>
            {isForgetting && <span class="spinner" aria-hidden="true" />}
            Forget
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** What it did, for whoever has to prove it. */
export function Forgotten({ forgotten }: { readonly forgotten: ApiForgotten }) {
  const { verified, remaining, too_short, emptied } = forgotten;
  const counts = [
    ['Events', forgotten.events],
    ['Requests', forgotten.requests],
    ['Deliveries', forgotten.deliveries],
    ['Attempts', forgotten.attempts],
    ['Identifiers', forgotten.identifiers],
  ] as const;
  return (
    <section class="panel" role="status">
      <div class="panel-head">
        <h2>Forgotten</h2>
      </div>
      <div class="panel-body stack">
        <dl class="facts">
          {counts.map(([what, count]) => (
            <div key={what} class="fact">
              <dt>{what}</dt>
              <dd class="number">{number(count)}</dd>
            </div>
          ))}
        </dl>
        {emptied > 0 && <p>Emptied in {number(emptied)} places of events that others are in too.</p>}
        {verified ? (
          <div class="note good">
            <Icon name="check" />
            <span>Verified: the files of the store hold none of the identifiers.</span>
          </div>
        ) : (
          <div class="note bad">
            <Icon name="problems" />
            <span>Still in: {remaining.join(', ')}. If more came in meanwhile, forget them again.</span>
          </div>
        )}
        {too_short.length > 0 && (
          <p class="muted">Too short to search for: {visibleText(too_short.join(', '))}; erased by links and keys.</p>
        )}
      </div>
    </section>
  );
}
