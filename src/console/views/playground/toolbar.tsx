import type { ApiMappings } from '../../../api-shapes/playground.ts';
import type { ApiEvent } from '../../../api-shapes/stored.ts';
import { confirmed } from '../../ui/dialog.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Menu } from '../../ui/menu.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Mark } from '../../ui/status.tsx';
import { visibleText } from '../../ui/text-lines.ts';
import type { OpenText } from './use-mapping-text.ts';

interface ToolbarProps {
  readonly files: ApiMappings['items'];
  readonly mapping: OpenText;
  readonly file: string;
  readonly event: ApiEvent | undefined;
  readonly isPasted: boolean;
  /** Whether something personal in the event is not shown. */
  readonly isMasked: boolean;
  readonly isRevealed: boolean;
  readonly onReveal: (isRevealed: boolean) => void;
  /** Why nothing can be saved. */
  readonly readOnly: string | null;
  readonly canPin: boolean;
  readonly canCreate: boolean;
  readonly onFile: (file: string) => void;
  readonly onEvent: () => void;
  readonly onTests: () => void;
  readonly onPin: () => void;
  readonly onCreate: () => void;
  readonly onSave: () => void;
}

/** Which mapping is open, what it is tried on, and what can be done with them. */
export function Toolbar(props: ToolbarProps) {
  const { files, mapping, file, event, isPasted, readOnly, canPin, canCreate } = props;
  const { opened, isChanged, discard } = mapping;
  const names =
    files.some((each) => each.file === file) || file === ''
      ? files.map((each) => each.file)
      : [file, ...files.map((each) => each.file)];
  const eventName = isPasted ? 'a pasted body' : event === undefined ? 'none' : visibleText(event.type);
  const leave = async (): Promise<void> => {
    const question = {
      ...{ title: 'Discard what is not saved?', action: 'Discard', isDangerous: true },
      text: `${file} is as it was saved again.`,
    };
    if (await confirmed(question)) discard();
  };
  return (
    <>
      <PageHeader title="Playground" tab={file === '' ? 'Playground' : `${file} · Playground`}>
        <button type="button" class="button" disabled={opened === undefined} onClick={props.onTests}>
          <Icon name="play" />
          Run tests
        </button>
        <Menu
          button={
            <>
              From this event
              <Icon name="down" />
            </>
          }
        >
          <button type="button" disabled={!canCreate} onClick={props.onCreate}>
            Create a mapping
          </button>
          <button type="button" disabled={!canPin || readOnly !== null} onClick={props.onPin}>
            Make a test
          </button>
        </Menu>
        {isChanged && opened?.hash !== null && (
          <button type="button" class="button quiet" onClick={() => void leave()}>
            Discard
          </button>
        )}
        <button
          type="button"
          class="button main-action"
          disabled={!isChanged || readOnly !== null}
          onClick={props.onSave}
        >
          Save…
        </button>
      </PageHeader>
      <div class="choosing">
        <label class="line">
          <span class="muted">Mapping</span>
          <select class="input" value={file} onChange={({ currentTarget }) => props.onFile(currentTarget.value)}>
            {file === '' && <option value="">none</option>}
            {names.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <div class="line">
          <span class="muted">Event</span>
          <button type="button" class="button" onClick={props.onEvent} aria-label={`Choose an event; now ${eventName}`}>
            <span class="cut">{eventName}</span>
            <Icon name="down" />
          </button>
        </div>
        <Masking {...props} />
        {isChanged && <Mark tone="warn" icon="●" word={opened?.hash === null ? 'new, not saved' : 'not saved'} />}
        {readOnly !== null && (
          <span class="line">
            <Mark tone="quiet" icon="⊘" word="read-only" />
            <span class="muted">{readOnly}. What you try here is not saved.</span>
          </span>
        )}
      </div>
    </>
  );
}

function Masking({ isMasked, isRevealed, onReveal }: ToolbarProps) {
  if (!isMasked && !isRevealed) return null;
  return (
    <button
      type="button"
      class="button quiet slim"
      title="Who looks at personal data is written into the log"
      aria-pressed={isRevealed}
      onClick={() => onReveal(!isRevealed)}
    >
      <Icon name="eye" />
      {isRevealed ? 'Hide personal data' : 'Reveal personal data'}
    </button>
  );
}
