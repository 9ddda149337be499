import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { appendItem, appendKey, removeEntry } from '../../src/yaml/edit.ts';
import { readProjectFile } from '../support/project-files.ts';

const item = { name: 'new', given: { a: 1 } };

describe('an item that is added', () => {
  it.each<[what: string, before: string, after: string]>([
    ['to a block', 'tests:\n  - name: a\n', 'tests:\n  - name: a\n\n  - name: new\n    given:\n      a: 1\n'],
    [
      'to a block whose items stand close',
      'tests:\n  - name: a\n  - name: b # c\n',
      'tests:\n  - name: a\n  - name: b # c\n  - name: new\n    given:\n      a: 1\n',
    ],
    [
      'to a block without indentation, with more behind it',
      'tests:\n- a\n- b\n# about x\nx: 1\n',
      'tests:\n- a\n- b\n- name: new\n  given:\n    a: 1\n# about x\nx: 1\n',
    ],
    [
      'to a block that ends without a line break',
      'tests:\n  - |\n    text',
      'tests:\n  - |\n    text\n\n  - name: new\n    given:\n      a: 1\n',
    ],
    ['to a line', 'tests: [{ name: a }] # c\n', 'tests: [{ name: a }, { name: new, given: { a: 1 } }] # c\n'],
    ['to an empty list', 'tests: []\nx: 1\n', 'tests:\n  - name: new\n    given:\n      a: 1\nx: 1\n'],
    ['to nothing', 'tests:\nx: 1\n', 'tests:\n  - name: new\n    given:\n      a: 1\nx: 1\n'],
    ['to a file without the list', 'x: 1', 'x: 1\ntests:\n  - name: new\n    given:\n      a: 1\n'],
    ['to an empty file', '', 'tests:\n  - name: new\n    given:\n      a: 1\n'],
    [
      'in the line breaks of the file',
      'tests:\r\n- a\r\n- b\r\n',
      'tests:\r\n- a\r\n- b\r\n- name: new\r\n  given:\r\n    a: 1\r\n',
    ],
  ])('%s', (_what, before, after) => {
    expect(appendItem(before, ['tests'], item)).toBe(after);
  });

  it('is read back as it was, whatever is in it, and leaves the rest of the file alone', () => {
    const file = readProjectFile('mappings/stripe-invoice-paid.yaml');
    const { tests, ...rest } = parse(file) as { tests: unknown[] };
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const edited = appendItem(file, ['tests'], { name: 'a', given: value });
        expect(edited.startsWith(file)).toBe(true);
        // JSON has no -0, and neither has a mapping.
        const plain = (written: unknown): unknown => JSON.parse(JSON.stringify(written));
        const expected = plain(value);
        expect(plain(parse(edited))).toEqual({ ...rest, tests: [...tests, { name: 'a', given: expected }] });
        expect(plain(parse(appendItem('tests: [a]', ['tests'], value)))).toEqual({ tests: ['a', expected] });
      }),
    );
  });
});

describe('a key that is added', () => {
  it.each<[what: string, before: string, after: string]>([
    ['to a block', 'a:\n  b: 1 # c\n\nx: 1\n', 'a:\n  b: 1 # c\n  d:\n    e: 1\n\nx: 1\n'],
    ['to a line', 'a: { b: 1 }\n', 'a: { b: 1, d: { e: 1 } }\n'],
    ['to nothing', 'a:\nx: 1\n', 'a:\n  d:\n    e: 1\nx: 1\n'],
  ])('%s', (_what, before, after) => {
    expect(appendKey(before, ['a'], ['d', { e: 1 }])).toBe(after);
  });
});

describe('an entry that is removed', () => {
  it.each<[what: string, before: string, path: (string | number)[], after: string]>([
    [
      'takes its comments along',
      '# head\n\na: 1\n# about b\nb: 2 # b\n# about c\nc: 3\n',
      ['b'],
      '# head\n\na: 1\n# about c\nc: 3\n',
    ],
    ['takes everything in it along', 'a:\n  b: # why\n    c: =d\n    # deep\n  e: 1\n', ['a', 'b'], 'a:\n  e: 1\n'],
    ['takes a text of several lines along', 'a: |\n  x\n  y\nb: 1\n', ['a'], 'b: 1\n'],
    ['leaves one blank line between its neighbours', 'l:\n  - a\n\n  - b\n\n  - c\n', ['l', 1], 'l:\n  - a\n\n  - c\n'],
    ['may be the first', 'l:\n  - a\n\n  - b\n', ['l', 0], 'l:\n  - b\n'],
    ['may be the last', 'l:\n  - a\n\n  - b\n\nx: 1\n', ['l', 1], 'l:\n  - a\n\nx: 1\n'],
    ['may be the only one', 'l:\n  a: 1\n\nx: 1\n', ['l', 'a'], 'l:\n\nx: 1\n'],
    ['may have no value', 'd:\n  a:\n  b:\n', ['d', 'a'], 'd:\n  b:\n'],
    ['may stand on a line, first', 'l: [a, b, c] # x\n', ['l', 0], 'l: [b, c] # x\n'],
    ['may stand on a line, in between', 'm: { a: 1, b: { c: 2 }, d: 3 }\n', ['m', 'b'], 'm: { a: 1, d: 3 }\n'],
    ['may stand on a line, last', 'm: { a: 1, b: 2 }\n', ['m', 'b'], 'm: { a: 1 }\n'],
    ['ends where the next begins', 'l:\n  - a: 1\n    # end\n\n  - b\n', ['l', 0], 'l:\n  - b\n'],
    ['may be followed by a line of blanks', 'a: 1\n  \nb: 2', ['a'], 'b: 2'],
    ['changes nothing when it is not there', 'a: 1\n', ['b'], 'a: 1\n'],
    ['changes nothing when nothing is there', 'a: 1\n', ['a', 'b'], 'a: 1\n'],
  ])('%s', (_what, before, path, after) => {
    expect(removeEntry(before, path)).toBe(after);
  });

  it('leaves everything else of a mapping as it means', () => {
    const file = readProjectFile('mappings/stripe-invoice-paid.yaml');
    const value = parse(file) as { tests: unknown[]; event: Record<string, unknown> };
    for (const index of value.tests.keys())
      expect(parse(removeEntry(file, ['tests', index]))).toEqual({ ...value, tests: value.tests.toSpliced(index, 1) });
    for (const key of Object.keys(value.event)) {
      const { [key]: _, ...event } = value.event;
      expect(parse(removeEntry(file, ['event', key]))).toEqual({ ...value, event });
    }
  });
});
