import { describe, expect, it } from 'vitest';
import { diagnosticCodes } from '../../src/diagnostics/catalogue.ts';
import { codesMeant } from '../../src/diagnostics/meant-code.ts';

describe('a code that there is not', () => {
  it.each([
    ['expr/unknown-nam', ['expr/unknown-name']],
    ['unknown-name', ['expr/unknown-name']],
    ['unkown-name', ['expr/unknown-name']],
    ['expr/unkown', ['expr/unknown-name']],
    ['yaml/unclosed', ['yaml/unclosed-bracket', 'yaml/unclosed-quote']],
    ['mapping/unknown-name', ['expr/unknown-name']],
    ['unknown-key', ['mapping/unknown-key', 'config/unknown-key']],
    ['exp/unknown-name', ['expr/unknown-name']],
  ])('%s means %j', (typed, meant) => {
    expect(new Set(codesMeant(typed))).toEqual(new Set(meant));
  });

  it.each(['', 'x', 'abc', 'expr/', 'something-else', 'x'.repeat(1_000)])('%j means none', (typed) => {
    expect(codesMeant(typed)).toEqual([]);
  });

  it('may be any code without its group', () => {
    for (const code of diagnosticCodes) expect(codesMeant(code.replace(/^.*\//, ''))).toContain(code);
  });
});
