import type { Position } from '../model/error.ts';

/** So many characters of a line are shown; a longer one is cut around the column. */
const widthMax = 100;
/** A tab is shown, and always as wide as this, so that the caret stands where it should. */
const shownTab = '→   ';

/**
 * The line of a problem with the one above it, and a caret below the character:
 *
 *     4 │ event:
 *     5 │   name: =$frist(a)
 *       │          ^
 */
export function excerptOf(text: string, { line, column }: Pick<Position, 'line' | 'column'>): string | undefined {
  const lines = text.split(/\r?\n/);
  const own = lines[line - 1];
  if (own === undefined) return undefined;
  const width = String(line).length;
  const row = (number: number | '', content: string): string =>
    `${String(number).padStart(width)} │ ${content}`.trimEnd();
  const { shown, caret } = around(own, column);
  const above = line > 1 ? [row(line - 1, around(lines[line - 2] ?? '', 1).shown)] : [];
  return [...above, row(line, shown), row('', `${caret}^`)].join('\n');
}

/** The part of a line that holds the column, as it is shown, and what stands below it before the caret. */
function around(line: string, column: number): { readonly shown: string; readonly caret: string } {
  const from = line.length <= widthMax ? 0 : Math.max(0, Math.min(column - widthMax / 2, line.length - widthMax));
  const start = from === 0 ? '' : '…';
  const end = line.length > from + widthMax ? '…' : '';
  const before = line.slice(from, Math.max(from, column - 1));
  const shown = start + visible(line.slice(from, from + widthMax)) + end;
  return { shown, caret: ' '.repeat(widthOf(start + visible(before))) };
}

/** A control character could move the cursor of a terminal. */
const visible = (text: string): string => text.replaceAll('\t', shownTab).replace(/[\p{Cc}\p{Cf}]/gu, '\ufffd');

/** Columns of a terminal: the characters of East Asian scripts and emoji take two. */
const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;

const widthOf = (text: string): number => [...text].reduce((sum, character) => sum + (wide.test(character) ? 2 : 1), 0);
