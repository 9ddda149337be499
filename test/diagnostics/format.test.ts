import { describe, expect, it } from 'vitest';
import { formatProblem, githubAnnotation, renderProblem } from '../../src/diagnostics/format.ts';
import { inOrder, isError, type Problem } from '../../src/diagnostics/problem.ts';

const problem: Problem = {
  severity: 'error',
  code: 'mapping/unknown-key',
  message: 'unknown key "nmae"',
  at: { file: 'mappings/a.yaml', line: 5, column: 3 },
  hint: 'did you mean name?',
  excerpt: '4 │ event:\n5 │   nmae: A\n  │   ^',
};

describe('a problem', () => {
  it('is one line that editors and people can follow, with its hint below', () => {
    expect(formatProblem(problem)).toBe(
      'mappings/a.yaml:5:3  error  unknown key "nmae"  [mapping/unknown-key]\n  hint: did you mean name?',
    );
  });

  it('is shown to people with its lines', () => {
    expect(renderProblem(problem).split('\n')).toEqual([
      'mappings/a.yaml:5:3  error  unknown key "nmae"  [mapping/unknown-key]',
      '  4 │ event:',
      '  5 │   nmae: A',
      '    │   ^',
      '  hint: did you mean name?',
    ]);
  });

  it('has a hint of several lines indented', () => {
    expect(formatProblem({ ...problem, hint: 'put it in a block:\nname: |\n  =a' })).toContain(
      '\n  hint: put it in a block:\n    name: |\n      =a',
    );
  });

  it('is an error or a warning', () => {
    expect(isError(problem)).toBe(true);
    expect(isError({ ...problem, severity: 'warning' })).toBe(false);
  });

  it('comes in the order of the file', () => {
    const at = (line: number, column: number, severity: Problem['severity'] = 'error'): Problem => ({
      ...problem,
      severity,
      at: { file: 'a', line, column },
    });
    const sorted = [at(1, 9), at(2, 1), at(2, 3), at(2, 3, 'warning'), at(10, 1)];
    expect(inOrder(sorted.toReversed())).toEqual(sorted);
  });
});

describe('an annotation for GitHub', () => {
  it('names the place, the code and what to do', () => {
    expect(githubAnnotation(problem)).toBe(
      '::error file=mappings/a.yaml,line=5,col=3,title=mapping/unknown-key::unknown key "nmae"%0Adid you mean name?',
    );
    expect(githubAnnotation({ ...problem, severity: 'warning' })).toMatch(/^::warning /);
  });

  it('is one line, whatever a file is called and says', () => {
    const hostile = { ...problem, at: { file: 'a,b:c%\n.yaml', line: 1, column: 1 }, message: '100%\r\n::error::x' };
    expect(githubAnnotation(hostile)).toBe(
      '::error file=a%2Cb%3Ac%25%0A.yaml,line=1,col=1,title=mapping/unknown-key::100%25%0D%0A::error::x%0Adid you mean name?',
    );
  });
});
