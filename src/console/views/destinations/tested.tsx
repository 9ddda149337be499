import type { ApiTested } from '../../../api-shapes/configured.ts';
import { Icon } from '../../ui/icon.tsx';
import { JsonTree } from '../../ui/json-tree.tsx';
import { Mark } from '../../ui/status.tsx';
import { duration } from '../../ui/time-text.ts';

interface TestedProps {
  readonly name: string;
  readonly tested: ApiTested;
  readonly onClose: () => void;
}

/** What came of a test event: it goes past pauses and circuits, and nothing of it is kept. */
export function Tested({ name, tested, onClose }: TestedProps) {
  const { outcome, reason, message, response, duration_ms, payload } = tested;
  const isTaken = outcome === 'delivered';
  return (
    <section class="panel" aria-label="Test event">
      <div class="panel-head">
        <h2>Test event</h2>
        <span class="grow" role="status">
          {isTaken ? (
            <Mark tone="good" icon="✓" word={`${name} took it`} />
          ) : (
            <Mark tone="bad" icon="✗" word={reason ?? outcome} />
          )}{' '}
          <span class="muted small">
            {response !== null && `${response.status} `}in {duration(duration_ms)}
          </span>
        </span>
        <button type="button" class="button quiet slim square" title="Close the test event" onClick={onClose}>
          <Icon name="close" />
          <span class="unseen">Close the test event</span>
        </button>
      </div>
      <div class="panel-body stack">
        {message !== null && <p class="break">{message}</p>}
        {response !== null && response.body !== '' && (
          <div class="stack tight">
            <h3>Answer</h3>
            <div class="code">
              <pre>{response.body}</pre>
            </div>
          </div>
        )}
        <div class="stack tight">
          <h3>Sent</h3>
          <JsonTree value={payload} label="payload" />
        </div>
      </div>
    </section>
  );
}
