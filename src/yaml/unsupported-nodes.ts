import { type Document, isCollection, isPair, isScalar, Scalar, visit } from 'yaml';
import { type Fault, linesOf } from './fault.ts';
import { entryAt, openBrackets } from './line-at.ts';
import { inQuotes, quoteIt, writeExpression } from './value-hints.ts';

/**
 * YAML that we do not take, or that is not what it looks like: aliases and anchors, keys that are blocks, expressions
 * that a comma has cut in two. What would be in the way of reading the rest is taken out of the document.
 */
export function removeUnsupported(document: Document, source: string): readonly Fault[] {
  const faults: Fault[] = [];
  const defined = new Set<string>();
  const used = new Set<string>();
  visit(document, {
    Alias: (_, node) => {
      used.add(node.source);
      faults.push(alias(node.source, node.range?.[0] ?? 0, { source, isDefined: defined.has(node.source) }));
      return new Scalar(null);
    },
    Value: (_, { anchor }) => void (anchor === undefined ? undefined : defined.add(anchor)),
    Pair: (_, { key }) => {
      if (!isCollection(key)) return undefined;
      faults.push(complexKey(key.range?.[0] ?? 0, key.range?.[1] ?? 0, source));
      return visit.REMOVE;
    },
  });
  visit(document, {
    Value: (_, value, path) => {
      const { anchor, range } = value;
      if (anchor !== undefined && !used.has(anchor)) faults.push(lostAnchor(anchor, range?.[0] ?? 0, source));
      const cut = isScalar(value) && isInBrackets(path) ? cutByComma(value, source) : undefined;
      if (cut !== undefined) faults.push(cut);
    },
  });
  return faults;
}

const found = (source: string, from: number, to = from): Pick<Fault, 'offset' | 'spoils' | 'structural'> => ({
  offset: from,
  spoils: [linesOf(source, from, to)],
  structural: false,
});

interface Aliased {
  readonly source: string;
  readonly isDefined: boolean;
}

function alias(name: string, offset: number, { source, isDefined }: Aliased): Fault {
  const why = 'a text that starts with * goes in quotes';
  return {
    ...found(source, offset),
    code: 'yaml/alias',
    message: `aliases (*${name}) are not supported`,
    hint: isDefined ? 'write the value out where it is used' : quoteIt(source, offset, why),
  };
}

function complexKey(from: number, to: number, source: string): Fault {
  const entry = entryAt(source, from);
  const inner = source.slice(from, to).replace(/^\{\s*|\s*\}$/g, '');
  const isBraces = entry?.value.startsWith('{{') === true;
  return {
    ...found(source, from, to),
    code: 'yaml/complex-key',
    message: isBraces ? 'YAML reads {{ … }} as a block of keys' : 'a key must be a plain text',
    hint: isBraces ? writeExpression(entry.key, inner) : 'write the key as one word, or in quotes',
  };
}

function lostAnchor(name: string, valueOffset: number, source: string): Fault {
  const offset = Math.max(0, source.lastIndexOf(`&${name}`, valueOffset));
  return {
    ...found(source, offset),
    code: 'yaml/anchor',
    message: `YAML takes &${name} for an anchor, and not for a text`,
    hint: quoteIt(source, offset, 'a text that starts with & goes in quotes'),
  };
}

const isInBrackets = (path: readonly unknown[]): boolean => {
  const parent = path.findLast((node) => isCollection(node) && !isPair(node));
  return isCollection(parent) && parent.flow === true;
};

/** `{ id: =$firstOf(a, b) }`: between brackets the comma ends the value, and `b)` is taken for a key. */
function cutByComma({ value, type, range }: Scalar, source: string): Fault | undefined {
  if (typeof value !== 'string' || type !== 'PLAIN' || !value.startsWith('=') || !range) return undefined;
  const [, blanks] = /^(\s*),/.exec(source.slice(range[1])) ?? [];
  if (blanks === undefined || openBrackets(value) === 0) return undefined;
  const offset = range[1] + blanks.length;
  const entry = entryAt(source, range[0]);
  const whole = entry?.valueStart === range[0] ? `: ${entry.key}: ${inQuotes(entry.value)}` : '';
  return {
    ...found(source, range[0], offset),
    code: 'yaml/comma-in-value',
    message: 'inside { } and [ ] this comma ends the value',
    hint: `put the whole expression in quotes${whole}`,
    offset,
  };
}
