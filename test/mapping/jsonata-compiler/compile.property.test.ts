import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bothWays } from './both-ways.ts';
import { bodies, expressions, variables } from './random-expressions.ts';

const numRuns = Number(process.env.FUZZ_RUNS ?? 1_000);

describe('any expression on any body', () => {
  it('comes to the same as JSONata has it, to the byte and the word', { timeout: 60_000 + numRuns * 50 }, async () => {
    const came = { covered: 0, all: 0 };
    await fc.assert(
      fc.asyncProperty(
        expressions,
        bodies,
        fc.array(bodies, { minLength: 3, maxLength: 3 }),
        async (text, body, given) => {
          const both = await bothWays(
            text,
            body,
            Object.fromEntries(variables.map((name, index) => [name, given[index]])),
          );
          fc.pre(both !== undefined);
          came.all += 1;
          came.covered += both.isCovered ? 1 : 0;
          expect(both.compiled).toBe(both.interpreted);
        },
      ),
      { numRuns },
    );
    // Most of the others are errors, which are the interpreter's.
    expect(came.covered).toBeGreaterThan(came.all / 4);
  });
});
