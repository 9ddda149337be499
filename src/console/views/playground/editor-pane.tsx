import { useEffect, useRef } from 'preact/hooks';
import type { ApiPath } from '../../../api-shapes/playground.ts';
import type { Known } from './completion.ts';
import { createEditor, type Editor } from './editor.ts';
import type { Linked } from './links.ts';
import type { MappingText } from './use-mapping-text.ts';
import type { Previewed } from './use-preview.ts';

interface EditorPaneProps {
  readonly opened: MappingText;
  readonly previewed: Previewed;
  readonly linked: Linked;
  readonly known: Known;
  readonly onText: (text: string) => void;
  readonly onPoint: (path: ApiPath | null) => void;
  /** Gives the editor to whoever sends the cursor somewhere. */
  readonly onEditor: (editor: Editor | null) => void;
}

/** The mapping's text with its problems, and what its expressions came to behind them. */
export function EditorPane(props: EditorPaneProps) {
  const { opened, previewed, linked, onEditor } = props;
  const host = useRef<HTMLDivElement>(null);
  const editor = useRef<Editor | null>(null);
  const newest = useRef(props);
  newest.current = props;

  useEffect(() => {
    if (host.current === null) return;
    const created = createEditor({
      parent: host.current,
      text: newest.current.opened.text,
      known: () => newest.current.known,
      onText: (text) => newest.current.onText(text),
      onPoint: (path) => newest.current.onPoint(path),
    });
    editor.current = created;
    onEditor(created);
    return () => {
      editor.current = null;
      onEditor(null);
      created.destroy();
    };
  }, [opened.file]);

  const { problems, preview, lineage, isOld } = previewed;
  // What the editor itself has typed it has already, and by now maybe more of it.
  useEffect(() => editor.current?.setText(opened.text), [opened.revision]);
  useEffect(() => editor.current?.setProblems(problems), [problems]);
  useEffect(() => {
    // Positions are those of the text that was asked about: while another is typed, marks move along by themselves.
    if (isOld) return;
    editor.current?.setLineage(lineage);
    editor.current?.setValues({ fields: preview?.fields ?? [], lineage });
  }, [preview, lineage, isOld]);
  useEffect(() => editor.current?.setLinked(linked.mapping), [linked.mapping]);
  return <div class="editor" ref={host} />;
}
