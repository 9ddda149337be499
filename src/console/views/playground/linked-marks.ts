import { type EditorState, type Extension, StateEffect, StateField, type Text } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView } from '@codemirror/view';
import type { ApiLineage } from '../../../api-shapes/playground.ts';
import type { Position } from '../../../model/error.ts';
import { idOf } from './links.ts';

/** Where the expressions of the text stand, and which of them are linked with what the pointer is on. */

interface Placed {
  readonly id: string;
  readonly path: ApiLineage['keys'];
  readonly from: number;
  readonly to: number;
}

export const setLineage = StateEffect.define<readonly ApiLineage[]>();
export const setLinked = StateEffect.define<ReadonlySet<string>>();

interface Marks {
  readonly placed: readonly Placed[];
  readonly linked: ReadonlySet<string>;
  readonly shown: DecorationSet;
}

const marks = StateField.define<Marks>({
  create: () => ({ placed: [], linked: new Set(), shown: Decoration.none }),
  update: (before, { effects, changes, docChanged, state }) => {
    let { placed, linked } = before;
    if (docChanged)
      placed = placed.map((each) => ({ ...each, from: changes.mapPos(each.from, 1), to: changes.mapPos(each.to, -1) }));
    for (const effect of effects) {
      if (effect.is(setLineage)) placed = effect.value.map((lineage) => placedIn(state.doc, lineage));
      if (effect.is(setLinked)) linked = effect.value;
    }
    if (placed === before.placed && linked === before.linked) return before;
    return { placed, linked, shown: shownOf(placed, linked) };
  },
  provide: (field) => EditorView.decorations.from(field, ({ shown }) => shown),
});

export const linkedMarks: Extension = marks;

const expression = Decoration.mark({ class: 'expression' });
const linkedExpression = Decoration.mark({ class: 'expression linked' });

const shownOf = (placed: readonly Placed[], linked: ReadonlySet<string>): DecorationSet =>
  Decoration.set(
    placed
      .filter(({ from, to }) => from < to)
      .map(({ id, from, to }) => (linked.has(id) ? linkedExpression : expression).range(from, to)),
    true,
  );

const placedIn = (doc: Text, { keys, at, end }: ApiLineage): Placed => ({
  id: idOf(keys),
  path: keys,
  from: offsetOf(doc, at),
  to: offsetOf(doc, end),
});

/** Beyond the end of the text or of a line: the end. */
export function offsetOf(doc: Text, { line, column }: Pick<Position, 'line' | 'column'>): number {
  const { from, to } = doc.line(Math.min(Math.max(line, 1), doc.lines));
  return Math.min(from + Math.max(column, 1) - 1, to);
}

/** The expression around a place of the text. */
export const expressionAt = (state: EditorState, offset: number): ApiLineage['keys'] | undefined =>
  state.field(marks).placed.find(({ from, to }) => from <= offset && offset <= to)?.path;
