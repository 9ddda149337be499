import type { ApiLanguage } from '../../../api-shapes/playground.ts';
import type { Json } from '../../../model/json.ts';
import { useApi } from '../../api/use-api.ts';
import { Empty, Loading } from '../../ui/states.tsx';
import { BodyPane } from './body-pane.tsx';
import type { Editor } from './editor.ts';
import { EditorPane } from './editor-pane.tsx';
import { Panes } from './panes.tsx';
import { Problems } from './problems.tsx';
import { ResultPane } from './result-pane.tsx';
import type { OpenText } from './use-mapping-text.ts';
import type { Previewed, Subject } from './use-preview.ts';
import type { TestState } from './use-tests.ts';
import type { Workspace } from './use-workspace.ts';

interface WorkPanesProps {
  readonly file: string;
  readonly mapping: OpenText;
  readonly subject: Subject | undefined;
  readonly body: Json | undefined;
  readonly source: string | undefined;
  readonly previewed: Previewed;
  readonly tests: TestState;
  readonly workspace: Workspace;
  readonly onRunTests: () => void;
}

/** The body, the mapping and what comes of it, linked with each other. */
export function WorkPanes(props: WorkPanesProps) {
  const { subject, body, source, previewed, tests, workspace, onRunTests } = props;
  const { linked, point, withEditor, pane, showPane, tab, showTab } = workspace;
  const goTo: Editor['goTo'] = (position) => withEditor((editor) => editor.goTo(position));
  return (
    <Panes
      selected={pane}
      onSelect={showPane}
      body={
        <BodyPane
          {...{ body, source, linked }}
          onPick={(path) => withEditor((editor) => editor.insertPath(path))}
          onPoint={point('body')}
        />
      }
      mapping={<Text {...props} goTo={goTo} />}
      result={
        <ResultPane
          {...{ previewed, linked, onRunTests }}
          hasSubject={subject !== undefined}
          tested={tests.tested}
          isTesting={tests.isTesting}
          selected={tab}
          onSelect={showTab}
          onGoTo={goTo}
          onPointPayload={point('payload')}
          onPointMapping={point('mapping')}
        />
      }
    />
  );
}

function Text({ file, mapping, body, previewed, workspace, goTo }: WorkPanesProps & Pick<Editor, 'goTo'>) {
  const language = useApi<ApiLanguage>('/language');
  const { opened, problem, type } = mapping;
  if (opened === undefined) {
    if (file !== '' && problem === undefined) return <Loading />;
    return (
      <Empty icon="playground" title="No mapping is open">
        <p>Choose one above, or create one from an event.</p>
      </Empty>
    );
  }
  return (
    <>
      <EditorPane
        {...{ opened, previewed, linked: workspace.linked }}
        known={{ language: language.data, body, lineage: previewed.lineage }}
        onText={type}
        onPoint={workspace.point('mapping')}
        onEditor={workspace.takeEditor}
      />
      <Problems problems={previewed.problems} onGoTo={goTo} />
    </>
  );
}
