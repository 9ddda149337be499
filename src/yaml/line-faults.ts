import { quote } from '../diagnostics/quote.ts';
import {
  type Complaint,
  type Explanation,
  entryRepairOf,
  type Fault,
  isAmongKeys,
  linesOf,
  type Repair,
  repairOf,
  restOfLine,
  type Span,
  wholeValue,
} from './fault.ts';
import {
  entryAt,
  indentOf,
  lineAt,
  nextLine,
  previousLine,
  type SourceLine,
  startsWithKey,
  withoutComment,
} from './line-at.ts';
import { inQuotes, inSingleQuotes, quoteIt, writeBlock, writeExpression } from './value-hints.ts';

/** Mistakes that the line they stand on gives away. */

/** `@`, a backtick and `%` cannot start a value; `{%` is how other tools mark an expression. */
export function badStart({ source, error }: Complaint): Explanation {
  const offset = error.pos[0];
  const entry = entryAt(source, offset);
  const repair = entry === undefined ? restOfLine(source, offset) : wholeValue(source, entry);
  const found = { code: 'yaml/bad-scalar-start', repair } as const;
  const [, inner] = /^\{%\s*(.*?)\s*%\}/.exec(entry?.value ?? '') ?? [];
  if (entry !== undefined && inner !== undefined) return { ...found, hint: writeExpression(entry.key, inner) };
  const sign = source.charAt(offset);
  const why = `a value cannot start with ${sign}: an expression starts with =, and a text goes in quotes`;
  return { ...found, hint: quoteIt(source, offset, why) };
}

export function colonInValue({ source, error }: Complaint): Explanation {
  const from = error.pos[0];
  const first = lineAt(source, from);
  const last = lastLineOfValue(source, first);
  const found = {
    code: 'yaml/block-as-implicit-key',
    spoils: [linesOf(source, from, last.start)],
    repair: repairOf(source, { from, to: last.end }),
  } as const;
  const lines = [withoutComment(source.slice(from, first.end).trimEnd()), ...linesBetween(source, first, last)];
  const key = entryAt(source, from)?.key ?? 'key';
  if (lines[0]?.startsWith('=') === true) {
    const why = 'this expression contains ": ", which YAML reads as a new key. Put it in a block:';
    return { ...found, message: 'a key inside of a value', hint: `${why}\n${writeBlock(key, lines)}` };
  }
  const why = 'this text contains ": ", which YAML reads as a new key. Put it in quotes';
  return { ...found, message: 'a key inside of a value', hint: quoteIt(source, from, why) };
}

/** A value goes on over all lines below that are indented deeper than its key. */
function lastLineOfValue(source: string, first: SourceLine): SourceLine {
  let last = first;
  for (let next = nextLine(source, last); next !== undefined; next = nextLine(source, last)) {
    if (indentOf(next.text) <= indentOf(first.text)) break;
    last = next;
  }
  return last;
}

function linesBetween(source: string, first: SourceLine, last: SourceLine): readonly string[] {
  if (last.start === first.start) return [];
  return source
    .slice(first.end + 1, last.end)
    .split(/\r?\n/)
    .map((text) => text.trim());
}

/** A key below a value, but deeper: the parser takes it for more of the value. */
export function overIndented({ source, error }: Complaint): Explanation | undefined {
  const line = lineAt(source, error.pos[0]);
  const entry = entryAt(source, error.pos[0]);
  const next = nextLine(source, line);
  if (entry === undefined || /:(?:\s|$)/.test(entry.value) || next === undefined) return undefined;
  if (indentOf(next.text) <= indentOf(line.text) || !startsWithKey.test(next.text)) return undefined;
  return {
    code: 'yaml/bad-indent',
    message: `deeper than ${quote(entry.key)} above, which has a value already`,
    offset: next.start + indentOf(next.text),
    hint: `indent it by ${indentOf(line.text)} spaces, like ${quote(entry.key)}`,
  };
}

/** A line that is neither as deep as its neighbours nor as their parent. */
export function misalignedLine({ source, error }: Complaint): Explanation {
  const line = lineAt(source, error.pos[0]);
  const above = previousLine(source, line);
  const found = { code: 'yaml/bad-indent', offset: line.start + indentOf(line.text) } as const;
  if (above === undefined) return { ...found, hint: 'start it in the first column' };
  const comment = commentInExpression(source, above);
  if (comment !== undefined) return { ...found, ...comment };
  const spaces = indentOf(above.text);
  const hint = /[|>][+-]?\d?\s*$/.test(above.text)
    ? `indent the text of the block deeper than its key: by ${spaces + 2} spaces`
    : `indent it by ${spaces} spaces, like the line above, or like what that belongs to`;
  return { ...found, hint };
}

/** A comment ends a plain value, also one that was meant to go on below. */
function commentInExpression(
  source: string,
  { start, end }: SourceLine,
): Pick<Fault, 'offset' | 'message' | 'hint'> | undefined {
  const entry = entryAt(source, start);
  if (entry?.value.startsWith('=') !== true) return undefined;
  const behind = entry.valueStart + entry.value.length;
  const blanks = /^\s+(?=#)/.exec(source.slice(behind, end))?.[0];
  if (blanks === undefined) return undefined;
  const hint = 'YAML treats " #" as the start of a comment, which ends the expression. Write comments as /* … */ in it';
  return { offset: behind + blanks.length, message: 'a comment inside of an expression', hint };
}

/** Entries of a list among keys: `- status: x` below `meta: y`. */
export function dashAmongKeys({ source, error }: Complaint): Explanation | undefined {
  const first = lineAt(source, error.pos[0]);
  const indent = indentOf(first.text);
  const offset = first.start + indent;
  const item = /^- +(\S.*)$/.exec(first.text.slice(indent))?.[1];
  if (item === undefined || error.pos[0] > offset || !isAmongKeys(source, offset)) return undefined;
  let last = lastLineOfValue(source, first);
  for (let next = nextLine(source, last); next !== undefined; next = nextLine(source, last)) {
    if (indentOf(next.text) !== indent || !next.text.slice(indent).startsWith('- ')) break;
    last = lastLineOfValue(source, next);
  }
  const hint = startsWithKey.test(item)
    ? `remove the dash: ${item}`
    : 'a list stands below a key that has no value of its own';
  return {
    code: 'yaml/dash-among-keys',
    message: 'a dash makes an entry of a list, and this is a block of keys',
    offset,
    hint,
    spoils: [linesOf(source, offset, last.start)],
    repair: withoutDashes(source, { from: offset, to: last.end }),
  };
}

/** As it was meant where every entry is a key with its value on one line. */
function withoutDashes(source: string, span: Span): Repair | undefined {
  const lines = source.slice(span.from, span.to).split('\n');
  const isPlain = lines.every((line) => startsWithKey.test(line) && /^\s*- /.test(line));
  if (!isPlain) return entryRepairOf(source, span, /^- +([\w.-]+)\s*:/.exec(lines[0] ?? '')?.[1]);
  const text = lines.map((line) =>
    line.replace(/^(\s*)(- +)(.*?)(\r?)$/, (_, ...[indent, dash, item, end]: string[]) =>
      [indent, item, dash?.replace('-', ' '), end].join(''),
    ),
  );
  return { ...span, text: text.join('\n') };
}

/** `given { … }` and `given:{ … }`: the block is taken for more of the key. */
export function keyBeforeBracket({ source, error }: Complaint): Explanation | undefined {
  const line = lineAt(source, error.pos[0]);
  const [, lead = '', key, between = '', value] =
    /^(\s*(?:- +)*)([\w.-]+)(:|\s*=\s*|\s+)([{[].*)$/.exec(line.text) ?? [];
  if (key === undefined) return undefined;
  const span = { from: line.start + lead.length, to: line.start + line.text.length };
  const found = { hint: `write a colon and a space: ${key}: ${value}`, repair: entryRepairOf(source, span, key) };
  if (between === ':')
    return {
      code: 'yaml/missing-space',
      message: `no space after "${key}:"`,
      offset: span.from,
      ...found,
    };
  return { code: 'yaml/missing-colon', message: `no ":" after ${quote(key)}`, offset: span.from, ...found };
}

/** `name:=x`, or a word alone. */
export function keyWithoutValue({ source, original, error }: Complaint): Explanation | undefined {
  if (!error.message.startsWith('Implicit')) return undefined;
  const offset = error.pos[0];
  const line = lineAt(original, offset);
  const [, lead = '', key, value] = /^(\s*(?:- +)*)([\w.-]+):(\S.*)$/.exec(line.text) ?? [];
  if (key === undefined || value === undefined) {
    const word = line.text.trim();
    if (word.startsWith('- '))
      return { code: 'yaml/bad-indent', hint: 'a list stands below a key that has no value of its own' };
    const [, name = word.split(/\s/)[0], expression = '…'] = /^([\w.-]+)\s*(=.*)$/.exec(word) ?? [];
    return {
      code: 'yaml/missing-colon',
      message: `no ":" after ${quote(word)}`,
      hint: `a key has a colon and a value: ${name}: ${expression}`,
      repair: entryRepairOf(
        source,
        { from: line.start + indentOf(line.text), to: line.start + line.text.length },
        name,
      ),
    };
  }
  const from = line.start + lead.length + key.length + 1;
  const rest = repairOf(source, { from: from + 1, to: from + value.length });
  return {
    code: 'yaml/missing-space',
    message: `no space after "${key}:"`,
    hint: `put a space after the colon: ${key}: ${value}`,
    repair: { from, to: rest.to, text: ` ${rest.text}` },
  };
}

/** An expression between brackets that is not in quotes, so that a sign of it ends the value or starts a key. */
export function unquotedInBrackets({ source, error }: Complaint): Explanation | undefined {
  const entry = entryAt(source, error.pos[0]);
  if (entry?.isInBrackets !== true || entry.valueStart > error.pos[0] || !/^(?:=|\$\{)/.test(entry.value))
    return undefined;
  const { key, value } = entry;
  const quoted = `${key}: ${inQuotes(value)}`;
  const repair = wholeValue(source, entry);
  if (/:\s/.test(value)) {
    const hint = `this expression contains ": ", which YAML reads as a new key. Put it in quotes: ${quoted}`;
    return {
      code: 'yaml/block-as-implicit-key',
      message: 'a key inside of a value',
      offset: entry.valueStart,
      hint,
      repair,
    };
  }
  const hint = `inside { } and [ ] an expression with brackets or commas goes in quotes: ${quoted}`;
  return { code: 'yaml/unexpected-token', message: 'the value has ended before this', hint, repair };
}

/** What the parser did not expect behind something that was complete. */
export function unexpectedToken({ source, error }: Complaint): Explanation {
  const found = { code: 'yaml/unexpected-token', message: 'the value has ended before this' } as const;
  const entry = entryAt(source, error.pos[0]);
  if (entry === undefined || error.pos[0] < entry.valueStart)
    return { ...found, message: error.message, hint: 'see that lists, keys and brackets are not mixed up here' };
  return { ...found, repair: restOfLine(source, entry.valueStart), hint: hintForRest(entry.key, entry.value) };
}

function hintForRest(key: string, value: string): string {
  const [, inner] = /^\{\{\s*(.*?)\s*\}\}/.exec(value) ?? [];
  if (inner !== undefined) return writeExpression(key, inner);
  const [, sign, text] = /^([|>])[+-]?\d?\s*(\S.*)$/.exec(value) ?? [];
  if (sign !== undefined && text !== undefined)
    return `the text of a ${sign} block starts on the next line:\n${writeBlock(key, [text])}`;
  if (/^["']/.test(value)) return hintForQuotes(key, value);
  if (value.startsWith('- '))
    return `a list stands on the lines below its key, or in brackets: ${key}: [${value.slice(2)}]`;
  if (/^[{[]/.test(value))
    return 'inside { } and [ ] a text with special signs goes in quotes, and commas separate the entries';
  return `a text that starts with ${value.charAt(0)} goes in quotes`;
}

function hintForQuotes(key: string, value: string): string {
  const [quoted = ''] = /^"(?:[^"\\]|\\.)*"|^'(?:[^']|'')*'/.exec(value) ?? [];
  if (quoted.startsWith("'") && /^[A-Za-z]/.test(value.slice(quoted.length)))
    return `inside '…' a quote is written twice, as in 'it''s'; or put the text in "…"`;
  // `"=a" & "b"` without the quotes that were meant for all of it.
  const expression = value.replace(/^(["'])=(.*?)\1/, '$2');
  return expression === value
    ? `the value ends at its second quote; an expression starts with =: ${key}: =${value}`
    : `the quotes must enclose the whole expression: ${key}: ${inSingleQuotes(`=${expression}`)}`;
}
