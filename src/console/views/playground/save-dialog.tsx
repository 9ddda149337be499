import { useEffect, useMemo, useState } from 'preact/hooks';
import type { ApiTested } from '../../../api-shapes/playground.ts';
import { type ApiProblem, asProblem } from '../../api/problem.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { ProblemNote } from '../../ui/states.tsx';
import { DiffTable } from './diff-table.tsx';
import { lineDiff } from './line-diff.ts';
import { type Refusal, saveMapping } from './save-mapping.ts';
import type { OpenText } from './use-mapping-text.ts';

interface SaveDialogProps {
  readonly mapping: OpenText & { readonly opened: NonNullable<OpenText['opened']> };
  readonly onClose: () => void;
  readonly onSaved: (hash: string, tested: ApiTested) => void;
  /** What the gateway found wrong with the text. */
  readonly onTested: (tested: ApiTested) => void;
}

/** What would change, before it does; and what to do where somebody else has saved meanwhile. */
export function SaveDialog({ mapping, onClose, onSaved, onTested }: SaveDialogProps) {
  const { opened, rebase } = mapping;
  const { file, text, base, hash } = opened;
  const [isSaving, setSaving] = useState(false);
  const [refusal, setRefusal] = useState<Refusal>();
  const [problem, setProblem] = useState<ApiProblem>();
  const diff = useMemo(() => lineDiff(base, text), [base, text]);
  const count = (kind: 'added' | 'removed'): number => diff.filter((line) => line.kind === kind).length;
  useEffect(() => setProblem(undefined), [hash]);

  const save = async (): Promise<void> => {
    setSaving(true);
    setRefusal(undefined);
    try {
      const saved = await saveMapping(file, { text, hash });
      if (saved.kind === 'saved') return onSaved(saved.hash, saved.tested);
      if (saved.kind === 'refused') onTested(saved.tested);
      if (saved.kind === 'changed') rebase(saved.current);
      setRefusal(saved);
    } catch (error) {
      setProblem(asProblem(error));
    } finally {
      setSaving(false);
    }
  };
  return (
    <Dialog title={hash === null ? `Save as ${file}` : `Save ${file}`} onClose={onClose} isRoomy>
      <p class="hint">
        {hash === null ? 'A new file. ' : ''}
        {count('added')} {count('added') === 1 ? 'line' : 'lines'} added, {count('removed')} removed. It takes effect at
        once, for events from then on.
      </p>
      {refusal?.kind === 'changed' && (
        <div class="note warn" role="alert">
          {refusal.current === null
            ? 'The file is gone: saving makes it anew.'
            : 'Somebody has saved this file meanwhile. Below is your text beside theirs: saving now takes the place of theirs.'}
        </div>
      )}
      {refusal?.kind === 'refused' && <Refused tested={refusal.tested} />}
      {problem !== undefined && <ProblemNote problem={problem} />}
      <DiffTable lines={diff} />
      <div class="dialog-foot">
        <button type="button" class="button" onClick={onClose}>
          Leave it
        </button>
        <button
          type="button"
          class="button main-action"
          disabled={isSaving || base === text}
          onClick={() => void save()}
        >
          {isSaving ? 'Saving…' : 'Save'}
        </button>
      </div>
    </Dialog>
  );
}

function Refused({ tested }: { readonly tested: ApiTested }) {
  const errors = tested.problems.filter(({ severity }) => severity === 'error');
  return (
    <div class="note bad" role="alert">
      <div>
        It was not saved, because it would not take effect:
        <ul>
          {errors.map(({ at, message, hint }) => (
            <li key={`${at.line}:${at.column} ${message}`}>
              <span class="mono">
                {at.line}:{at.column}
              </span>{' '}
              {message} <span class="muted">{hint}</span>
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}
