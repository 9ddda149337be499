import type { ApiRun } from '../../../api-shapes/stored.ts';
import { Mark, Status } from '../../ui/status.tsx';
import { visibleText } from '../../ui/text-lines.ts';

/** How one mapping ended, and why. */
export function RunOutcome({ run: { outcome, reason, path, message } }: { readonly run: ApiRun }) {
  const why = [path, message ?? reason].filter((part) => part !== undefined).join(': ');
  return (
    <>
      {outcome === 'skipped' ? <Mark tone="quiet" icon="⊘" word="skipped" /> : <Status word={outcome} />}
      {why !== '' && <span class="muted break">{visibleText(why)}</span>}
    </>
  );
}
