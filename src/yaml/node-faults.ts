import { isNode, isScalar, visit } from 'yaml';
import { quote } from '../diagnostics/quote.ts';
import {
  type Complaint,
  type Explanation,
  entryRepairOf,
  type Fault,
  isAmongKeys,
  linesOf,
  restOfLine,
  type Span,
} from './fault.ts';
import { lineAt, openBrackets, withoutComment } from './line-at.ts';

/** Mistakes that are seen in what the parser made of the text. */

export function duplicateKey({ document, source, error }: Complaint): Explanation {
  const found = { code: 'yaml/duplicate-key', structural: false } as const;
  let explained: Explanation = { ...found, hint: 'keep one of the two' };
  visit(document, {
    Map: (_, { items }) => {
      const second = items.find(({ key }) => spanOf(key)?.from === error.pos[0]);
      if (second === undefined || !isScalar(second.key)) return undefined;
      const name = second.key.value;
      const same = items.filter(({ key }) => isScalar(key) && key.value === name);
      const line = source.slice(0, spanOf(same[0]?.key)?.from ?? 0).split('\n').length;
      explained = {
        ...found,
        hint: `${quote(String(name))} is on line ${line} already; keep one of the two`,
        spoils: same.map(({ key, value }) => {
          const { from, to } = spanOf(key) ?? { from: 0, to: 0 };
          return linesOf(source, from, (spanOf(value)?.to ?? to) - 1);
        }),
      };
      return visit.BREAK;
    },
  });
  return explained;
}

function spanOf(node: unknown): Span | undefined {
  if (!isNode(node) || !node.range) return undefined;
  return { from: node.range[0], to: node.range[1] };
}

/**
 * A quote that is not closed ends at the next one, lines below, or at the end of the file: that is where the parser
 * complains. The author has to look at the one that was opened.
 */
export function unclosedQuote({ document, source, error }: Complaint): Explanation | undefined {
  let offset: number | undefined;
  visit(document, {
    Scalar: (_, { type, range }) => {
      if (!range || (type !== 'QUOTE_DOUBLE' && type !== 'QUOTE_SINGLE')) return undefined;
      const isOpen = error.message.startsWith('Missing closing') && range[1] >= error.pos[0];
      if (!isOpen && !/\n\s*[\w.-]+:(?:\s|$)/.test(source.slice(range[0], range[1]))) return undefined;
      offset = range[0];
      return visit.BREAK;
    },
  });
  if (offset === undefined) return undefined;
  const sign = source.charAt(offset);
  const found = { code: 'yaml/unclosed-quote', message: `the ${sign} that opens here is not closed`, offset } as const;
  if (isAmongKeys(source, offset)) return { ...found, ...openKey(source, offset) };
  return { ...found, hint: `close it with ${sign} at the end of the value`, repair: restOfLine(source, offset) };
}

/** `"events: x`, `{ id: x`: the key is read without the sign before it, so that nothing else is said to be missing. */
function openKey(source: string, offset: number): Pick<Explanation, 'hint'> & Pick<Fault, 'repair'> {
  const sign = source.charAt(offset);
  const line = lineAt(source, offset);
  const span = { from: offset, to: line.start + line.text.length };
  const [, blanks = '', rest = '', key] =
    /^(\s*)((?:- +)?([\w.$-]+)\s*:(?:\s.*)?)$/.exec(source.slice(offset + 1, span.to)) ?? [];
  const closing = { '{': '}', '[': ']' }[sign] ?? sign;
  if (key === undefined) return { hint: `close it with ${closing}`, repair: entryRepairOf(source, span) };
  const hint = closing === sign ? `close it behind the key: ${sign}${key}${sign}: …` : `close it with ${closing}`;
  return { hint: `remove it, or ${hint}`, repair: { ...span, text: `${rest}${blanks} ` } };
}

/** A bracket before a key that takes everything below for what is in it. */
export function bracketBeforeKey({ document, source, error }: Complaint): Explanation | undefined {
  const offset = error.pos[0];
  let start: number | undefined;
  visit(document, {
    Collection: (_, { flow, range }) => {
      if (flow !== true || !range || range[0] > offset || range[1] < offset || !isAmongKeys(source, range[0])) return;
      if (openBrackets(withoutComment(lineAt(source, range[0]).text)) > 0) start = range[0];
    },
  });
  if (start === undefined) return undefined;
  const message = `the ${source.charAt(start)} that opens here is not closed`;
  return { code: 'yaml/unclosed-bracket', message, offset: start, ...openKey(source, start) };
}

export function unclosedBracket({ document, source, error }: Complaint): Explanation | undefined {
  let offset: number | undefined;
  visit(document, {
    Collection: (_, { flow, range }) => {
      if (flow === true && range && !/[\]}]/.test(source.charAt(range[1] - 1))) offset = range[0];
    },
  });
  if (offset === undefined) return undefined;
  const sign = source.charAt(offset);
  return {
    code: 'yaml/unclosed-bracket',
    message: `the ${sign} that opens here is not closed`,
    offset,
    hint: /\s#/.test(lineAt(source, offset).text.slice(offset - lineAt(source, offset).start))
      ? 'YAML treats " #" as the start of a comment, which hides the rest of the line: put the text with the # in quotes'
      : `close it with ${sign === '{' ? '}' : ']'}`,
    spoils: [linesOf(source, offset, error.pos[0] - 1)],
    // Of a bracket that goes on over several lines nobody knows where it was meant to end.
    ...(isOnNextLine(source, offset, error.pos[0]) && { repair: restOfLine(source, offset) }),
  };
}

/** Entries of brackets that nothing separates. */
export function entriesRunTogether({ document, source, error }: Complaint): Explanation | undefined {
  const offset = error.pos[0];
  let isInside = error.message.includes('flow');
  visit(document, {
    Collection: (_, { flow, range }) => {
      if (flow === true && range && range[0] < offset && offset < range[1]) isInside = true;
    },
  });
  if (!isInside) return undefined;
  return {
    code: 'yaml/missing-comma',
    message: 'entries of { } or [ ] run into each other',
    hint: /^-\s/.test(source.slice(offset))
      ? 'entries in brackets have no dash: [a, b]'
      : 'put a comma between them; a text or expression with special signs goes in quotes',
  };
}

const isOnNextLine = (source: string, from: number, to: number): boolean =>
  (source.slice(from, to).trimEnd().match(/\n/g)?.length ?? 0) === 0;
