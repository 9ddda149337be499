import './playground.css';
import { useState } from 'preact/hooks';
import type { ApiMappings } from '../../../api-shapes/playground.ts';
import { tellChanged } from '../../api/live.ts';
import { useApi } from '../../api/use-api.ts';
import { useShortcuts } from '../../state/shortcuts.ts';
import { toast } from '../../state/toasts.ts';
import { useUrlState } from '../../state/url-state.ts';
import { PageHeader } from '../../ui/page-header.tsx';
import { Answered, ProblemNote } from '../../ui/states.tsx';
import { EventPicker } from './event-picker.tsx';
import { useChosenMapping, useUnsavedWarning, useWideView } from './page-effects.ts';
import { SaveDialog } from './save-dialog.tsx';
import { Toolbar } from './toolbar.tsx';
import { useAuthoring } from './use-authoring.ts';
import { type OpenText, useMappingText } from './use-mapping-text.ts';
import { usePreview } from './use-preview.ts';
import { type Pasted, useSubject } from './use-subject.ts';
import { type TestState, useTests } from './use-tests.ts';
import { useWorkspace } from './use-workspace.ts';
import { WorkPanes } from './work-panes.tsx';

/** A mapping on a real event, as it is typed: the body, the text, and what comes of them. */
export function Playground() {
  useWideView();
  const mappings = useApi<ApiMappings>('/mappings', ['configuration']);
  return (
    <>
      {mappings.data === undefined && <PageHeader title="Playground" />}
      <Answered of={mappings}>{(data) => <Bench mappings={data} />}</Answered>
    </>
  );
}

function Bench({ mappings }: { readonly mappings: ApiMappings }) {
  const { items, read_only: readOnly } = mappings;
  const [address, change] = useUrlState(['mapping', 'event', 'create', 'pin']);
  const { mapping: file, event: eventId } = address;
  const [pasted, setPasted] = useState<Pasted>();
  const [isRevealed, setRevealed] = useState(false);
  const [dialog, setDialog] = useState<'save' | 'event' | null>(null);
  const listed = items.find((each) => each.file === file);
  const mapping = useMappingText(file);
  const { opened, isChanged } = mapping;
  const { subject, event, body } = useSubject({ id: eventId, pasted, mapping: listed, isRevealed });
  const previewed = usePreview(opened, subject);
  const tests = useTests(opened);
  const workspace = useWorkspace(previewed, body);
  const source = previewed.preview?.event?.source ?? event.data?.source ?? listed?.source ?? undefined;
  const isCreating = address.create !== '';
  const open = (name: string): void => change({ mapping: name, create: '', pin: '' });
  useChosenMapping({ file, mappings, event: event.data, eventId, isCreating, choose: open });
  useUnsavedWarning(isChanged);
  const isAsked = { create: isCreating && subject !== undefined, pin: address.pin !== '' && opened !== undefined };
  const { create, pin } = useAuthoring({ subject, source, mapping, open, isAsked });
  const runTests = (): void => {
    workspace.showPane('result');
    workspace.showTab('tests');
    tests.run();
  };
  useShortcuts([
    { keys: 's', does: 'save with a diff', run: () => isChanged && readOnly === null && setDialog('save') },
    { keys: 't', does: 'run the tests', run: runTests },
    { keys: 'o', does: 'choose an event', run: () => setDialog('event') },
  ]);
  const isMasked = event.data?.masked === true || previewed.preview?.masked === true;
  const about = { file, mapping, readOnly, event: event.data, isPasted: pasted !== undefined, isMasked, isRevealed };
  const can = { canPin: subject !== undefined && opened !== undefined, canCreate: subject !== undefined };
  return (
    <div class="playground">
      <Toolbar
        {...{ ...about, ...can, files: items, onFile: open, onTests: runTests, onPin: pin, onCreate: create }}
        onEvent={() => setDialog('event')}
        onReveal={setRevealed}
        onSave={() => setDialog('save')}
      />
      {event.problem !== undefined && <ProblemNote problem={event.problem} />}
      {mapping.problem !== undefined && <ProblemNote problem={mapping.problem} />}
      <WorkPanes {...{ file, mapping, subject, body, source, previewed, tests, workspace, onRunTests: runTests }} />
      {dialog === 'event' && (
        <EventPicker
          source={listed?.source ?? undefined}
          onClose={() => setDialog(null)}
          onChosen={(id, given) => {
            setDialog(null);
            setPasted(given);
            change({ event: id });
          }}
        />
      )}
      {dialog === 'save' && <Save mapping={mapping} tests={tests} onClose={() => setDialog(null)} />}
    </div>
  );
}

interface SaveProps {
  readonly mapping: OpenText;
  readonly tests: TestState;
  readonly onClose: () => void;
}

function Save({ mapping, tests, onClose }: SaveProps) {
  const { opened } = mapping;
  if (opened === undefined) return null;
  return (
    <SaveDialog
      mapping={{ ...mapping, opened }}
      onClose={onClose}
      onTested={tests.tell}
      onSaved={(hash, tested) => {
        mapping.saved(hash);
        tests.tell(tested);
        onClose();
        toast({ tone: 'good', text: `${opened.file} is saved and takes effect now` });
        tellChanged('configuration');
      }}
    />
  );
}
