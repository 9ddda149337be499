import { describe, expect, it } from 'vitest';
import { closest, didYouMean, formatProblem, isError, type Problem } from '../../src/yaml/problem.ts';

const known = ['name', 'event', 'destinations', 'user_id', 'id', '$firstOf'];

describe('a suggestion', () => {
  it.each([
    ['nmae', 'name'],
    ['evnet', 'event'],
    ['Events', 'event'],
    ['destination', 'destinations'],
    ['destintaions', 'destinations'],
    ['userid', 'user_id'],
    ['$firstof', '$firstOf'],
    ['ID', 'id'],
  ])('for %s is %s', (word, meant) => {
    expect(closest(word, known)).toBe(meant);
  });

  it.each(['payload', 'on', 'x', 'eventually', ''])('for %j is none: nothing known is near', (word) => {
    expect(closest(word, known)).toBeUndefined();
    expect(didYouMean(word, known)).toBeUndefined();
  });

  it('is a question', () => {
    expect(didYouMean('nmae', known)).toBe('did you mean name?');
    expect(didYouMean('nmae', known, (name) => `$${name}`)).toBe('did you mean $name?');
  });
});

describe('a problem', () => {
  const problem: Problem = {
    severity: 'error',
    code: 'mapping/unknown-key',
    message: 'unknown key "nmae"',
    at: { file: 'mappings/a.yaml', line: 5, column: 3 },
  };

  it('is one line that editors and people can follow, with its hint below', () => {
    expect(formatProblem(problem)).toBe('mappings/a.yaml:5:3  error  unknown key "nmae"  [mapping/unknown-key]');
    expect(formatProblem({ ...problem, hint: 'did you mean name?' })).toBe(
      'mappings/a.yaml:5:3  error  unknown key "nmae"  [mapping/unknown-key]\n  hint: did you mean name?',
    );
  });

  it('is an error or a warning', () => {
    expect(isError(problem)).toBe(true);
    expect(isError({ ...problem, severity: 'warning' })).toBe(false);
  });
});
