import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Document, isScalar, type Scalar } from 'yaml';
import { readMapping } from '../../../src/mapping/load.ts';

const styles: readonly Scalar.Type[] = ['PLAIN', 'QUOTE_SINGLE', 'QUOTE_DOUBLE', 'BLOCK_LITERAL', 'BLOCK_FOLDED'];
const known = { sources: ['stripe'], destinations: ['segment'] };

/** A mapping with an expression as its event's name, in a style; YAML takes another one where that is not possible. */
function mappingWith(expression: string, style: Scalar.Type): string {
  const document = new Document({
    version: 1,
    name: 'A',
    source: 'stripe',
    event: { name: expression, user: { id: '=id' } },
    destinations: ['segment'],
  });
  const node = document.getIn(['event', 'name'], true);
  if (isScalar(node)) node.type = style;
  return document.toString({ lineWidth: 40 });
}

/** The text that a file's only problem points at. */
function pointedAt(text: string, length: number): string {
  const { problems } = readMapping({ name: 'a.yaml', shown: 'a.yaml' }, text, known);
  expect(problems).toHaveLength(1);
  const { line = 0, column = 0 } = problems[0]?.at ?? {};
  return (text.split('\n')[line - 1] ?? '').slice(column - 1, column - 1 + length);
}

const part = fc.constantFrom(
  'a.b',
  '"it\'s"',
  "'x'",
  '$count(c)',
  '`d e`',
  '[1, 2][0]',
  'é',
  '😀',
  '/* f */ g',
  '(\n  h\n)',
);
const parts = fc.array(part, { maxLength: 8 });

describe('the place of a mistake in an expression', () => {
  it.each([
    ['an unknown variable', '$nope', '$nope'],
    ['an unknown function', '$nope(1)', '$nope('],
    ['a sign that does not fit', ']', ']'],
    ['an operator of JavaScript', 'a == b', '=='],
    ['a method', 'a.toLowerCase()', 'toLowerCase'],
  ])('is exact to the character in every style: %s', (_what, mistake, shown) => {
    fc.assert(
      fc.property(parts, fc.constantFrom(...styles), (before, style) => {
        const expression = `=${[...before, mistake].join(' & ')}`;
        expect(pointedAt(mappingWith(expression, style), shown.length)).toBe(shown);
      }),
      { numRuns: 500 },
    );
  });
});
