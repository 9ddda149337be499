import { describe, expect, it } from 'vitest';
import { isRisky } from '../../../src/mapping/static/risky-pattern.ts';

describe('a regular expression', () => {
  it.each([
    '(a+)+',
    '^(a+)+$',
    '(a*)*',
    '(?:a+)+b',
    '(a+){2,}',
    '([a-z]+)*',
    '(\\w+\\s?)*$',
    '^([\\w.-]+)+@',
    '(\\w+\\.?\\w+)+',
    '(.*,)*',
    '((a+)b?)+',
    '(x(a+)+y)z',
    '(a|a)+',
    '(\\w|\\d)+',
    '([a-z]|[e-k])*',
    '(\\s|\\n)+',
    '(?<name>a+)+',
    '(a+|b)+',
  ])('is risky where a repetition repeats what could be taken in more ways than one: %s', (pattern) => {
    expect(isRisky(pattern)).toBe(true);
  });

  it.each([
    'a+',
    '^[^@\\s]+@[^@\\s]+$',
    '(\\w+,)+',
    '(\\d+-)*\\d+',
    '(a|b)+',
    '(ab|cd)*',
    '(a+)?',
    '(a+){3}',
    '(a{1,3})+',
    '^\\+?[0-9 ()-]{7,}$',
    '^in_\\w+$',
    '(https?:\\/\\/)?[^/]+\\/',
    '^(\\d{3}-?){2}\\d{4}$',
    '(?=a+)b',
    '\\b(\\w)\\1+',
    '[(+*]+',
    '\\(a+\\)+',
    '',
  ])('is not where nothing repeats a repetition, or something has to stand between: %s', (pattern) => {
    expect(isRisky(pattern)).toBe(false);
  });

  it('that is called risky is slow, and one that is not is fast', () => {
    // Short enough to end, long enough to tell the difference.
    const steps = (pattern: string, text: string): number => {
      const before = performance.now();
      new RegExp(pattern).test(text);
      return performance.now() - before;
    };
    const text = `${'a'.repeat(24)}!`;
    expect(isRisky('^(a+)+$')).toBe(true);
    expect(isRisky('^a+$')).toBe(false);
    expect(steps('^(a+)+$', text)).toBeGreaterThan(10 * steps('^a+$', text));
  });
});
