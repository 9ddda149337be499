import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Document, isScalar, parseDocument, Scalar } from 'yaml';
import { scalarOffsets } from '../../src/yaml/scalar-offsets.ts';

const styles = ['PLAIN', 'QUOTE_SINGLE', 'QUOTE_DOUBLE', 'BLOCK_LITERAL', 'BLOCK_FOLDED'] as const;

function offsetsIn(source: string): { value: string; offsets: readonly number[] } {
  const node = parseDocument(source).getIn(['key'], true);
  if (!isScalar(node) || typeof node.value !== 'string') throw new Error(`no text in ${source}`);
  const offsets = scalarOffsets(node, source);
  if (offsets === undefined) throw new Error(`not walked: ${source}`);
  return { value: node.value, offsets };
}

describe('offsets inside a scalar', () => {
  it.each([
    ['plain', 'key: =a.b & c\n'],
    ['plain over lines', 'key: =a &\n  b\n\n  & c\n'],
    ['single quotes', "key: '=a & \"it''s\" & c'\n"],
    ['double quotes', 'key: "=a & \\"b\\" & \\u0063"\n'],
    ['double quotes with an escaped line break', 'key: "=a & \\\n    b & c"\n'],
    ['literal', 'key: |\n  =a &\n    b\n\n  & c\n'],
    ['literal with an indentation indicator', 'key: |2\n    =a\n  & c\n'],
    ['folded', 'key: >\n  =a &\n  b\n\n  & c\n    more\n  end & c\n'],
    ['folded and stripped', 'key: >-\n  =a &\n  b & c\nother: 1\n'],
    ['after a comment in the header', 'key: | # why\n  =a\n  & c\n'],
    ['with Windows line ends', 'key: |\r\n  =a\r\n  & c\r\n'],
  ])('are exact: %s', (_style, source) => {
    const { value, offsets } = offsetsIn(source);
    for (const letter of ['=', 'a', 'c']) {
      const at = offsets[value.lastIndexOf(letter)] ?? -1;
      expect([letter, '\\']).toContain(source[at]);
    }
  });

  it('are exact for whatever the library writes, in every style', () => {
    const word = fc.constantFrom('=a', 'b', '"q"', "it's", '# c', ': d', '  ', '\n', '\t', 'é', '\\', '$x', '(', ')');
    const words = fc.array(word, { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(words, fc.constantFrom(...styles), (parts, style) => {
        const scalar = new Scalar(`=${parts.join(' ')}`);
        scalar.type = style;
        const source = new Document({ key: scalar }).toString({ lineWidth: 40 });
        const { value, offsets } = offsetsIn(source);
        for (let index = 0; index < value.length; index += 1) {
          const unit = value.charAt(index);
          if (!/\s/.test(unit)) expect([unit, '\\']).toContain(source[offsets[index] ?? -1]);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});
