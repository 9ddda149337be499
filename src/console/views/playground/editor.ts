import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap, indentLess, indentMore } from '@codemirror/commands';
import { yaml } from '@codemirror/lang-yaml';
import { bracketMatching, foldGutter, foldKeymap, indentOnInput, indentUnit } from '@codemirror/language';
import { type Diagnostic, lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { highlightSelectionMatches, searchKeymap } from '@codemirror/search';
import { EditorState } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import type { ApiLineage, ApiPath, ApiProblemAt } from '../../../api-shapes/playground.ts';
import type { Position } from '../../../model/error.ts';
import { completeMapping, type Known } from './completion.ts';
import { editorLook } from './editor-look.ts';
import { type Explained, ghostValues, setGhosts } from './ghost-values.ts';
import { expressionAt, linkedMarks, offsetOf, setLineage, setLinked } from './linked-marks.ts';
import { insertionOf } from './path-text.ts';

export interface EditorOptions {
  readonly parent: HTMLElement;
  readonly text: string;
  readonly known: () => Known;
  readonly onText: (text: string) => void;
  /** The pointer or the cursor is on an expression; null where it has left. */
  readonly onPoint: (path: ApiPath | null) => void;
}

/** The mapping's text, as it is typed. */
export interface Editor {
  /** Takes the place of the text; undo brings it back. */
  setText(text: string): void;
  setProblems(problems: readonly ApiProblemAt[]): void;
  setValues(explained: Explained): void;
  setLineage(lineage: readonly ApiLineage[]): void;
  setLinked(ids: ReadonlySet<string>): void;
  /** Writes a path of the body where the cursor is. */
  insertPath(path: ApiPath): void;
  goTo(position: Pick<Position, 'line' | 'column'>): void;
  focus(): void;
  destroy(): void;
}

const nonce = (): string => document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';

export function createEditor({ parent, text, known, onText, onPoint }: EditorOptions): Editor {
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        EditorView.cspNonce.of(nonce()),
        EditorView.contentAttributes.of({ 'aria-label': 'Mapping, in YAML', tabindex: '0' }),
        basics(known),
        [linkedMarks, ghostValues],
        EditorView.updateListener.of((update) => {
          if (update.docChanged) onText(update.state.doc.toString());
          if (update.docChanged || update.selectionSet)
            onPoint(expressionAt(update.state, update.state.selection.main.head) ?? null);
        }),
        EditorView.domEventHandlers({
          mousemove: (event, own) => {
            const offset = own.posAtCoords({ x: event.clientX, y: event.clientY });
            onPoint((offset === null ? undefined : expressionAt(own.state, offset)) ?? null);
          },
          mouseleave: () => onPoint(null),
        }),
      ],
    }),
  });
  return {
    setText: (next) => replaceText(view, next),
    setProblems: (problems) => view.dispatch(setDiagnostics(view.state, diagnosticsOf(view.state, problems))),
    setValues: (explained) => view.dispatch({ effects: setGhosts.of(explained) }),
    setLineage: (lineage) => view.dispatch({ effects: setLineage.of(lineage) }),
    setLinked: (ids) => view.dispatch({ effects: setLinked.of(ids) }),
    insertPath: (path) => insertPath(view, path),
    goTo: (position) => {
      const at = offsetOf(view.state.doc, position);
      view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: 'center' }) });
      view.focus();
    },
    focus: () => view.focus(),
    destroy: () => view.destroy(),
  };
}

const basics = (known: () => Known) => [
  editorLook,
  [lineNumbers(), foldGutter(), highlightActiveLine(), highlightActiveLineGutter(), drawSelection()],
  [history(), indentUnit.of('  '), EditorState.tabSize.of(2), indentOnInput(), bracketMatching(), closeBrackets()],
  [yaml(), highlightSelectionMatches(), lintGutter(), EditorView.lineWrapping],
  autocompletion({ override: [completeMapping(known)], icons: false }),
  // Tab is not among them: it leads out of the editor, as out of every other field. Ctrl-] and Ctrl-[ indent.
  keymap.of([
    ...closeBracketsKeymap,
    ...defaultKeymap,
    ...searchKeymap,
    ...historyKeymap,
    ...foldKeymap,
    ...completionKeymap,
    ...lintKeymap,
    { key: 'Mod-]', run: indentMore },
    { key: 'Mod-[', run: indentLess },
  ]),
];

/** Only what differs, so that the cursor and what is folded stay. */
function replaceText(view: EditorView, next: string): void {
  const before = view.state.doc.toString();
  if (before === next) return;
  let start = 0;
  while (start < before.length && before[start] === next[start]) start += 1;
  let end = 0;
  const room = Math.min(before.length, next.length) - start;
  while (end < room && before[before.length - 1 - end] === next[next.length - 1 - end]) end += 1;
  view.dispatch({
    changes: { from: start, to: before.length - end, insert: next.slice(start, next.length - end) },
  });
}

const diagnosticsOf = (state: EditorState, problems: readonly ApiProblemAt[]): readonly Diagnostic[] =>
  problems.map(({ severity, message, hint, at }) => {
    const from = offsetOf(state.doc, at);
    const rest = state.sliceDoc(from, state.doc.lineAt(from).to);
    const length = /^[$\w.`]+|^\S+/.exec(rest)?.[0].length ?? 0;
    return { from, to: from + length, severity, message: hint === '' ? message : `${message}\n${hint}` };
  });

function insertPath(view: EditorView, path: ApiPath): void {
  const { head } = view.state.selection.main;
  const line = view.state.doc.lineAt(head);
  const insert = insertionOf(path, line.text.slice(0, head - line.from));
  view.dispatch(view.state.replaceSelection(insert));
  view.focus();
}
