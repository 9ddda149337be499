import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { excerptOf } from '../../src/diagnostics/excerpt.ts';

const excerpt = (text: string, line: number, column: number): string => excerptOf(text, { line, column }) ?? '';
const lines = (...each: readonly string[]): string => each.join('\n');

describe('an excerpt', () => {
  it('is the line, the one above it and a caret', () => {
    expect(excerpt('version: 1\nname: A\nsource: strpe\n', 3, 9)).toBe(
      lines('2 │ name: A', '3 │ source: strpe', '  │         ^'),
    );
  });

  it('has nothing above the first line, and nothing at all beyond the last', () => {
    expect(excerpt('a: b', 1, 4)).toBe(lines('1 │ a: b', '  │    ^'));
    expect(excerptOf('a: b', { line: 7, column: 1 })).toBeUndefined();
  });

  it('stands in line where the numbers get longer, and where a line is empty', () => {
    expect(excerpt(`${'\n'.repeat(8)}\nb: c`, 10, 1)).toBe(lines(' 9 │', '10 │ b: c', '   │ ^'));
  });

  it('shows tabs, with the caret below the character behind them', () => {
    expect(excerpt('a:\n\tb: \tc', 2, 6)).toBe(lines('1 │ a:', '2 │ →   b: →   c', '  │            ^'));
  });

  it('takes two columns for characters that do', () => {
    expect(excerpt('名前: 😀 x', 1, 8)).toBe(lines('1 │ 名前: 😀 x', '  │          ^'));
  });

  it('does not take Windows line ends for text', () => {
    expect(excerpt('a: 1\r\nb: 2\r\n', 2, 4)).toBe(lines('1 │ a: 1', '2 │ b: 2', '  │    ^'));
  });

  it('shows nothing that could move the cursor of a terminal', () => {
    expect(excerpt('a: \x1b[2J\u202e', 1, 4)).toBe(lines('1 │ a: \ufffd[2J\ufffd', '  │    ^'));
  });

  it.each([1, 60, 5_000, 99_990])('cuts a long line around column %i', (column) => {
    const text = Array.from({ length: 100_000 }, (_, index) => String.fromCharCode(97 + (index % 26))).join('');
    const [shown = '', caret = ''] = excerpt(text, 1, column).split('\n');
    expect(shown.length).toBeLessThan(120);
    expect(shown[caret.indexOf('^')]).toBe(text[column - 1]);
  });

  it('has its caret below the very character, wherever it is', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', ' ', ':'), minLength: 1, maxLength: 400 });
    fc.assert(
      fc.property(text, fc.nat(), (line, at) => {
        const column = (at % line.length) + 1;
        const [shown = '', caret = ''] = excerpt(line, 1, column).split('\n');
        expect(shown[caret.indexOf('^')] ?? ' ').toBe(line[column - 1]);
      }),
    );
  });
});
