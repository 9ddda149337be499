/** A line of a file, and what stands on it where it holds a key and a value. */
export interface SourceLine {
  readonly start: number;
  /** Without its line break. */
  readonly end: number;
  readonly text: string;
}

export function lineAt(source: string, offset: number): SourceLine {
  const start = source.lastIndexOf('\n', offset - 1) + 1;
  const found = source.indexOf('\n', offset);
  const end = found === -1 ? source.length : found;
  return { start, end, text: source.slice(start, end).replace(/\r$/, '') };
}

/** The next line that is neither blank nor a comment. */
export function nextLine(source: string, line: SourceLine): SourceLine | undefined {
  let next = line;
  while (next.end < source.length) {
    next = lineAt(source, next.end + 1);
    if (/^\s*[^\s#]/.test(next.text)) return next;
  }
  return undefined;
}

/** The line before that is neither blank nor a comment. */
export function previousLine(source: string, line: SourceLine): SourceLine | undefined {
  let previous = line;
  while (previous.start > 0) {
    previous = lineAt(source, previous.start - 1);
    if (/^\s*[^\s#]/.test(previous.text)) return previous;
  }
  return undefined;
}

export const indentOf = (text: string): number => /^\s*/.exec(text)?.[0].length ?? 0;

/** A line that starts with a key, or with one behind the dash of a list. */
export const startsWithKey = /^\s*(?:- +)?(?:"[^"]*"|'[^']*'|[\w.$-]+)\s*:(?:\s|$)/;

/** A key with its value on a line, or between the brackets of a line. */
export interface Entry {
  readonly key: string;
  /** As it stands, without the comment behind it. */
  readonly value: string;
  readonly valueStart: number;
  readonly isInBrackets: boolean;
}

const keyAndValue = /^(\s*(?:- +)*(?:"[^"]*"|'[^']*'|[^\s"'#{}[\],][^:#]*?)\s*:\s+)(.*)$/;
const entryInBrackets = /[{,]\s*(?:"([^"]*)"|'([^']*)'|([\w.$-]+))\s*:\s+/g;

/** The innermost entry that an offset is in; undefined where there is none with a value. */
export function entryAt(source: string, offset: number): Entry | undefined {
  const line = lineAt(source, offset);
  const [, lead, rest] = keyAndValue.exec(line.text) ?? [];
  const inner = /^[{[]/.test(rest ?? line.text.trim()) ? entryWithin(line, offset) : undefined;
  if (inner !== undefined || lead === undefined || rest === undefined || rest === '') return inner;
  const key = lead
    .trim()
    .replace(/^(?:- +)+/, '')
    .replace(/\s*:$/, '');
  return { key, value: withoutComment(rest), valueStart: line.start + lead.length, isInBrackets: false };
}

function entryWithin(line: SourceLine, offset: number): Entry | undefined {
  const before = line.text.slice(0, offset - line.start + 1);
  const last = [...before.matchAll(entryInBrackets)].at(-1);
  if (last === undefined) return undefined;
  const [found, ...names] = last;
  const start = last.index + found.length;
  const value = bracketed(line.text.slice(start));
  return {
    key: names.find((name) => name !== undefined) ?? '',
    value,
    valueStart: line.start + start,
    isInBrackets: true,
  };
}

/** What stands up to the comma or bracket that ends an entry. */
function bracketed(text: string): string {
  let depth = 0;
  for (const part of text.matchAll(/"(?:[^"\\]|\\.)*"|'[^']*'|[\s\S]/g)) {
    const [sign] = part;
    if (/^[([{]$/.test(sign)) depth += 1;
    if (/^[)\]}]$/.test(sign)) depth -= 1;
    if (depth < 0 || (depth === 0 && sign === ',')) return text.slice(0, part.index).trimEnd();
  }
  return text.trimEnd();
}

/** A value without the comment behind it; a `#` between quotes is none. */
export function withoutComment(value: string): string {
  const [text = value] = /^(?:"(?:[^"\\]|\\.)*"|'[^']*'|(?!\s#).)*/.exec(value) ?? [];
  return text.trimEnd();
}

/** How many brackets a text leaves open; those between quotes are none. */
export function openBrackets(text: string): number {
  const signs = text.replace(/"[^"]*"|'[^']*'/g, '').match(/[([{)\]}]/g) ?? [];
  return signs.reduce((depth, sign) => depth + (/[([{]/.test(sign) ? 1 : -1), 0);
}
