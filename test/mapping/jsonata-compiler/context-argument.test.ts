import { describe, expect, it } from 'vitest';
import { bothWays } from './both-ways.ts';
import { functions } from './random-expressions.ts';

const contexts = {
  text: 'a,b',
  number: 3,
  time: '2026-11-21T00:00:00.000Z',
  yes: true,
  block: { a: 1 },
  list: ['a', 'b'],
  inner: [[1, 2]],
};
const given = ['', '/a/', '"a"', '","', '1', 'missing', '",", 1', '"a", "x"', '/a/, "x"', '"a", /b/', '1, 2'];

describe('a function with fewer arguments than it has takes the context for one, as JSONata has it', () => {
  it.each(functions)('$%s', { timeout: 30_000 }, async (name) => {
    for (const context of Object.keys(contexts)) {
      for (const args of given) {
        for (const text of [`${context}.$${name}(${args})`, `${context} ~> $${name}(${args})`]) {
          const both = await bothWays(text, contexts);
          expect([text, both?.compiled]).toEqual([text, both?.interpreted]);
        }
      }
    }
  });
});
