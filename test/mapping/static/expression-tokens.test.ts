import fc from 'fast-check';
import jsonata from 'jsonata';
import { describe, expect, it } from 'vitest';
import { type AstNode, nodesOf } from '../../../src/mapping/static/ast.ts';
import { tokensOf } from '../../../src/mapping/static/expression-tokens.ts';

const cut = (text: string): readonly string[] => tokensOf(text).map(({ start, end }) => text.slice(start, end));

describe('the tokens of an expression', () => {
  it.each([
    ['a.b & $c', ['a', '.', 'b', '&', '$c']],
    ['a ?? b ?: c ~> $d', ['a', '??', 'b', '?:', 'c', '~>', '$d']],
    ['[1..-2.5e3]', ['[', '1', '..', '-', '2.5e3', ']']],
    ['"a \\" b" & \'c\'', ['"a \\" b"', '&', "'c'"]],
    ['`a b`.c', ['`a b`', '.', 'c']],
    ['$match(x, /a[/]\\/(b)/i)', ['$match', '(', 'x', ',', '/a[/]\\/(b)/i', ')']],
    ['a / b / c', ['a', '/', 'b', '/', 'c']],
    ['(a) / 2', ['(', 'a', ')', '/', '2']],
    ['a /* , ( */ & b', ['a', '&', 'b']],
    ["it's", ["it's"]],
    ['', []],
  ])('are those of JSONata: %s', (text, tokens) => {
    expect(cut(text)).toEqual(tokens);
  });

  it.each(['"a', "'a", '`a', '/a', 'b & "a', '/* a'])('know which one is not closed: %s', (text) => {
    expect(tokensOf(text).findLast(({ isOpen }) => isOpen)).toMatchObject({ end: text.length });
  });

  it('end where JSONata says that its own end', () => {
    const word = fc.constantFrom(
      'a',
      '$b',
      '"c d"',
      "'it\\'s'",
      '12',
      '`e f`',
      'true',
      '$g(h)',
      '[1, 2]',
      '(i)',
      '{"j": k}',
    );
    const sign = fc.constantFrom(' & ', '.', ' = ', ' + ', ' / ', '\n  - ', ' and ', ' ?? ', ' /* l */ & ');
    fc.assert(
      fc.property(fc.array(fc.tuple(word, sign), { minLength: 1, maxLength: 12 }), word, (parts, last) => {
        const text = parts.flat().join('') + last;
        const ends = new Set(tokensOf(text).map(({ end }) => end));
        for (const { position } of treeOf(text)) if (position !== undefined) expect(ends).toContain(position);
      }),
      { numRuns: 1_000 },
    );
  });

  it('are found in any text, and end', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const tokens = tokensOf(text);
        expect(tokens.every(({ start, end }) => start < end && end <= text.length)).toBe(true);
      }),
    );
  });
});

/** Not every text put together so means something. */
function treeOf(text: string): readonly AstNode[] {
  try {
    return [...nodesOf(jsonata(text).ast())];
  } catch {
    return [];
  }
}
