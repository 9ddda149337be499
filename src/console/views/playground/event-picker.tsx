import { useState } from 'preact/hooks';
import type { ApiEventSummary } from '../../../api-shapes/stored.ts';
import type { Json } from '../../../model/json.ts';
import { pathWith } from '../../api/client.ts';
import { useApi } from '../../api/use-api.ts';
import { Dialog } from '../../ui/dialog.tsx';
import { Answered, Empty } from '../../ui/states.tsx';
import { Status } from '../../ui/status.tsx';
import { Tabs } from '../../ui/tabs.tsx';
import { visibleText } from '../../ui/text-lines.ts';
import { Time } from '../../ui/time.tsx';
import type { Pasted } from './use-subject.ts';

interface EventPickerProps {
  readonly source: string | undefined;
  readonly onClose: () => void;
  /** The id of an event, or a body with its type and no id. */
  readonly onChosen: (id: string, pasted?: Pasted) => void;
}

interface Page {
  readonly items: readonly ApiEventSummary[];
}

/** What the mapping is tried on: any event that was received, or a body. */
export function EventPicker({ source, onClose, onChosen }: EventPickerProps) {
  const [tab, setTab] = useState('received');
  return (
    <Dialog title="Choose an event" onClose={onClose} isRoomy>
      <Tabs
        label="Where the event comes from"
        selected={tab}
        onSelect={setTab}
        tabs={[
          { key: 'received', title: 'Received', content: () => <Received source={source} onChosen={onChosen} /> },
          { key: 'pasted', title: 'Paste a body', content: () => <Paste onChosen={onChosen} /> },
        ]}
      />
    </Dialog>
  );
}

function Received({ source, onChosen }: Pick<EventPickerProps, 'source' | 'onChosen'>) {
  const [type, setType] = useState('');
  const loaded = useApi<Page>(pathWith('/events', { source, type: type.trim(), limit: 50 }), ['events']);
  return (
    <div class="stack">
      <label class="field">
        Event type
        <input
          class="input"
          value={type}
          placeholder="all, or one such as invoice.paid"
          onInput={({ currentTarget }) => setType(currentTarget.value)}
        />
      </label>
      <Answered of={loaded}>
        {({ items }) =>
          items.length === 0 ? (
            <Empty icon="events" title="No such event is stored">
              <p>Send one, or paste a body.</p>
            </Empty>
          ) : (
            <ul class="choices">
              {items.map(({ id, source: from, type: own, status, received_at }) => (
                <li key={id}>
                  <button type="button" class="choice" onClick={() => onChosen(id)}>
                    <Status word={status} />
                    <span class="break">{visibleText(own)}</span>
                    <span class="muted">{from}</span>
                    <Time at={received_at} />
                  </button>
                </li>
              ))}
            </ul>
          )
        }
      </Answered>
    </div>
  );
}

function Paste({ onChosen }: Pick<EventPickerProps, 'onChosen'>) {
  const [text, setText] = useState('');
  const [type, setType] = useState('');
  const [problem, setProblem] = useState('');
  const use = (): void => {
    try {
      onChosen('', { body: JSON.parse(text) as Json, type: type.trim() });
    } catch (error) {
      setProblem(`This is not JSON: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  return (
    <form
      class="stack"
      onSubmit={(event) => {
        event.preventDefault();
        use();
      }}
    >
      <label class="field">
        Body, in JSON
        <textarea
          class="input mono"
          rows={12}
          value={text}
          aria-invalid={problem !== ''}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
      </label>
      <label class="field">
        Event type, where the body does not say it
        <input
          class="input"
          value={type}
          placeholder="post_call"
          onInput={({ currentTarget }) => setType(currentTarget.value)}
        />
      </label>
      {problem !== '' && (
        <p class="note bad" role="alert">
          {problem}
        </p>
      )}
      <div class="line">
        <button type="submit" class="button main-action" disabled={text.trim() === ''}>
          Use this body
        </button>
      </div>
    </form>
  );
}
