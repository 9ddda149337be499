/** Where the cursor is in a mapping, by indentation alone: a text that is being typed is seldom whole YAML. */
export interface Cursor {
  /** The keys around it, from the outermost. */
  readonly path: readonly string[];
  /** The key that its line gives a value to; undefined while the key itself is typed. */
  readonly key: string | undefined;
  /** What stands before the cursor: of the expression, from behind its `=`; else of the key or the value. */
  readonly typed: string;
  readonly place: 'key' | 'value' | 'expression';
}

const keyPattern = /^(\s*(?:-\s+)?)([\w.*-]+|"[^"]*"|'[^']*'):(?:\s+|$)/;

export function cursorIn(text: string, offset: number): Cursor {
  const lines = text.slice(0, offset).split('\n');
  const line = lines.at(-1) ?? '';
  const above = lines.slice(0, -1);
  const found = keyPattern.exec(line);
  const indent = indentOf(line);
  const path = pathAbove(above, indent);
  const block = blockAbove(above, indent);
  if (block !== undefined) return { path, key: undefined, typed: `${block}${line.trimStart()}`, place: 'expression' };
  if (found === null) return { path, key: undefined, typed: line.replace(/^\s*(-\s+)?/, ''), place: 'key' };
  const value = line.slice(found[0].length).replace(/^["']/, '');
  const key = found[2]?.replaceAll(/^["']|["']$/g, '');
  return value.startsWith('=')
    ? { path, key, typed: value.slice(1), place: 'expression' }
    : { path, key, typed: value, place: 'value' };
}

const indentOf = (line: string): number => /^\s*/.exec(line)?.[0].length ?? 0;

const isBlank = (line: string): boolean => /^\s*(#.*)?$/.test(line);

function pathAbove(above: readonly string[], indent: number): readonly string[] {
  const path: string[] = [];
  let least = indent;
  for (const line of above.toReversed()) {
    const key = keyPattern.exec(line);
    if (isBlank(line) || key === null || (key[1]?.length ?? 0) >= least) continue;
    least = indentOf(line);
    path.unshift((key[2] ?? '').replaceAll(/^["']|["']$/g, ''));
    if (least === 0) break;
  }
  return path;
}

/** The text of an expression in a block (`key: |`) up to this line; undefined outside of one. */
function blockAbove(above: readonly string[], indent: number): string | undefined {
  const start = openerAbove(above, indent);
  if (start === undefined) return undefined;
  const text = above
    .slice(start + 1)
    .map((line) => line.trim())
    .join('\n');
  return text.startsWith('=') ? `${text.slice(1)}\n` : undefined;
}

/** The line whose block this is: the first with `|` that all lines since are indented deeper than. */
function openerAbove(above: readonly string[], indent: number): number | undefined {
  let least = indent;
  for (const [index, line] of [...above.entries()].toReversed()) {
    if (line.trim() === '' || indentOf(line) >= least) continue;
    if (/:\s*[|>][+-]?\s*$/.test(line)) return index;
    least = indentOf(line);
  }
  return undefined;
}
