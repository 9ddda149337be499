import { type Extension, StateEffect, StateField, type Text } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView, WidgetType } from '@codemirror/view';
import type { ApiField, ApiLineage } from '../../../api-shapes/playground.ts';
import { visibleText } from '../../ui/text-lines.ts';

/** What expressions came to, written behind them. They are no part of the text, and the table of values tells them too. */

const lengthMax = 100;
const ghostLengthMax = 44;

class GhostValue extends WidgetType {
  readonly text: string;
  readonly tone: string;
  constructor(text: string, tone: string) {
    super();
    this.text = text;
    this.tone = tone;
  }

  override eq(other: GhostValue): boolean {
    return other.text === this.text && other.tone === this.tone;
  }

  override toDOM(): HTMLElement {
    const element = document.createElement('span');
    element.className = 'ghost';
    element.dataset.tone = this.tone;
    element.setAttribute('aria-hidden', 'true');
    element.textContent = `⟶ ${this.text}`;
    return element;
  }
}

/** What is known of a text; positions are of that text. */
export interface Explained {
  readonly fields: readonly ApiField[];
  readonly lineage: readonly ApiLineage[];
}

export const setGhosts = StateEffect.define<Explained>();

export const ghostValues: Extension = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (ghosts, transaction) => {
    const told = transaction.effects.find((effect) => effect.is(setGhosts));
    if (told !== undefined) return ghostsIn(transaction.state.doc, told.value);
    return ghosts.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

function ghostsIn(doc: Text, { fields, lineage }: Explained): DecorationSet {
  const lines = new Map<number, { text: string; tone: string }[]>();
  for (const { keys, end } of lineage) {
    const own = fields.filter((field) => field.expression !== null && field.path === keys.join('.'));
    const [first] = own;
    if (first === undefined || first.result === 'not_evaluated' || end.line > doc.lines) continue;
    const more = own.length > 1 ? ` (and ${own.length - 1} more)` : '';
    const ghost = { text: `${valueText(first, ghostLengthMax)}${more}`, tone: toneOf(first) };
    lines.set(end.line, [...(lines.get(end.line) ?? []), ghost]);
  }
  const ranges = [...lines].toSorted(([a], [b]) => a - b);
  return Decoration.set(
    ranges.map(([line, ghosts]) => {
      const text = ghosts.map((ghost) => ghost.text).join('   ⟶ ');
      const tone = ghosts.find((ghost) => ghost.tone !== 'value')?.tone ?? 'value';
      return Decoration.widget({ widget: new GhostValue(text, tone), side: 1 }).range(doc.line(line).to);
    }),
  );
}

export function valueText({ result, value, message, why }: ApiField, max = lengthMax): string {
  switch (result) {
    case 'value': {
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      return visibleText(text.length > max ? `${text.slice(0, max - 1)}…` : text) || '""';
    }
    case 'nothing':
      return why === null ? 'nothing' : `nothing: ${visibleText(why)}`;
    case 'skip':
      return `skips: ${visibleText(message ?? '')}`;
    case 'fault':
      return visibleText(message ?? 'fails');
    case 'not_evaluated':
      return 'not reached';
  }
}

export const toneOf = ({ result, why }: ApiField): 'value' | 'empty' | 'fault' => {
  if (result === 'fault') return 'fault';
  return result === 'value' && why === null ? 'value' : 'empty';
};
