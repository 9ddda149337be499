import type { Scalar } from 'yaml';

/**
 * Where each character of a scalar's value stands in the file. YAML folds lines, strips indentation and unescapes, so
 * value and source have to be walked in step, by the rules of each of the five styles (YAML 1.2, chapters 7.3 and 8.1).
 */
export function scalarOffsets(scalar: Scalar, source: string): readonly number[] | undefined {
  const { value, range, type } = scalar;
  if (typeof value !== 'string' || !range) return undefined;
  const walked = new Walk();
  switch (type) {
    case 'BLOCK_LITERAL':
    case 'BLOCK_FOLDED':
      walkBlock(walked, blockLines(source, range[0], range[1]), {
        folded: type === 'BLOCK_FOLDED',
        header: source.slice(range[0]),
      });
      break;
    case 'QUOTE_DOUBLE':
    case 'QUOTE_SINGLE':
      walkFlow(walked, source, { from: range[0] + 1, to: range[1] - 1, quote: type === 'QUOTE_DOUBLE' ? '"' : "'" });
      break;
    default:
      walkFlow(walked, source, { from: range[0], to: range[1], quote: '' });
  }
  // Chomping decides how many line breaks stay at the end; everything before must be the parser's own result.
  return walked.text.startsWith(value) ? walked.offsets : undefined;
}

/** Text as it is rebuilt, and the source offset of each of its UTF-16 units. */
class Walk {
  text = '';
  readonly offsets: number[] = [];

  add(text: string, offset: number, step: 0 | 1 = 0): void {
    for (let unit = 0; unit < text.length; unit += 1) this.offsets.push(offset + unit * step);
    this.text += text;
  }

  /** Blanks before a line break are not part of a flow scalar. `kept` marks where escaped ones end. */
  trimBlanks(kept: number): void {
    let end = this.text.length;
    while (end > kept && /[ \t]/.test(this.text.charAt(end - 1))) end -= 1;
    this.text = this.text.slice(0, end);
    this.offsets.length = end;
  }
}

interface FlowRange {
  readonly from: number;
  readonly to: number;
  readonly quote: '"' | "'" | '';
}

const lineBreaks = /[ \t]*(?:\r?\n[ \t]*)+/y;

function walkFlow(walk: Walk, source: string, { from, to, quote }: FlowRange): void {
  const text = source.slice(0, to);
  let at = from;
  let kept = 0;
  while (at < to) {
    lineBreaks.lastIndex = at;
    const folded = lineBreaks.exec(text)?.[0];
    if (folded !== undefined) {
      walk.trimBlanks(kept);
      const breaks = folded.split('\n').length - 1;
      walk.add(breaks === 1 ? ' ' : '\n'.repeat(breaks - 1), at);
      at += folded.length;
    } else if (quote === '"' && source[at] === '\\') {
      at += walkEscape(walk, source, at);
      kept = walk.text.length;
    } else {
      walk.add(source.charAt(at), at);
      at += quote === "'" && source[at] === "'" ? 2 : 1;
    }
  }
}

const simpleEscapes: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  '\t': '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\x1b',
  ' ': ' ',
  '"': '"',
  '/': '/',
  '\\': '\\',
  N: '\x85',
  _: '\xa0',
  L: '\u2028',
  P: '\u2029',
};
const codeLengths: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };
const escapedBreak = /\\\r?\n(?:[ \t]*\r?\n)*[ \t]*/y;

/** Adds what the escape at `at` stands for; how many characters of source it takes. */
function walkEscape(walk: Walk, source: string, at: number): number {
  escapedBreak.lastIndex = at;
  const joined = escapedBreak.exec(source)?.[0];
  if (joined !== undefined) return joined.length;
  const letter = source.charAt(at + 1);
  const length = codeLengths[letter];
  if (length === undefined) {
    walk.add(simpleEscapes[letter] ?? letter, at);
    return 2;
  }
  walk.add(String.fromCodePoint(Number.parseInt(source.slice(at + 2, at + 2 + length), 16)), at);
  return 2 + length;
}

interface Line {
  readonly text: string;
  readonly offset: number;
}

function blockLines(source: string, from: number, to: number): readonly Line[] {
  const lines: Line[] = [];
  let offset = source.indexOf('\n', from) + 1;
  while (offset > 0 && offset < to) {
    const end = source.indexOf('\n', offset);
    const text = source.slice(offset, end === -1 ? to : end).replace(/\r$/, '');
    lines.push({ text, offset });
    offset = end === -1 ? to : end + 1;
  }
  return lines;
}

interface Block {
  readonly folded: boolean;
  /** The source from the indicator on, as in `>2-`. */
  readonly header: string;
}

const indentOf = (text: string): number => /^ */.exec(text)?.[0].length ?? 0;

/** How far a block's content is indented; an explicit indicator may leave its first lines further in. */
function contentIndent(lines: readonly Line[], header: string): number {
  const indents = lines.filter(({ text }) => text.trim() !== '').map(({ text }) => indentOf(text));
  const isExplicit = /^[|>][+-]?[1-9]/.test(header);
  return isExplicit ? Math.min(...indents) : (indents[0] ?? 0);
}

function walkBlock(walk: Walk, lines: readonly Line[], { folded, header }: Block): void {
  const indent = contentIndent(lines, header);
  if (folded) walkFolded(walk, lines, indent);
  else walkLiteral(walk, lines, indent);
  const last = lines.at(-1);
  walk.add('\n', (last?.offset ?? 0) + (last?.text.length ?? 0));
}

function walkLiteral(walk: Walk, lines: readonly Line[], indent: number): void {
  for (const [index, { text, offset }] of lines.entries()) {
    if (index > 0) walk.add('\n', offset - 1);
    walk.add(text.slice(indent), offset + indent, 1);
  }
}

function walkFolded(walk: Walk, lines: readonly Line[], indent: number): void {
  // What stands between the lines before and after: nothing yet, a folded line's space, or kept line breaks.
  let separator: Separator = '';
  let moreIndented = false;
  for (const { text, offset } of lines) {
    const content = text.slice(indent);
    const breakAt = Math.max(0, offset - 1);
    if (content === '') {
      if (separator === '\n' || walk.text === '') walk.add('\n', breakAt);
      separator = '\n';
      continue;
    }
    const kept = /^[ \t]/.test(content);
    walk.add(kept ? beforeMoreIndented(separator, moreIndented) : separator, breakAt);
    walk.add(content, offset + indent, 1);
    separator = kept ? '\n' : ' ';
    moreIndented = kept;
  }
}

type Separator = '' | ' ' | '\n';

/** A line that is further in keeps the breaks around it. */
function beforeMoreIndented(separator: Separator, afterMoreIndented: boolean): string {
  if (separator === ' ') return '\n';
  return separator === '\n' && !afterMoreIndented ? '\n\n' : separator;
}
