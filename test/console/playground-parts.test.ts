import { describe, expect, it } from 'vitest';
import type { ApiLineage } from '../../src/api-shapes/playground.ts';
import { jsonSchema } from '../../src/config/json-schema.ts';
import { excerpt, lineDiff } from '../../src/console/views/playground/line-diff.ts';
import { idOf, linkedWith } from '../../src/console/views/playground/links.ts';
import { insertionOf, pathText } from '../../src/console/views/playground/path-text.ts';
import { schemaKeys } from '../../src/console/views/playground/schema-keys.ts';
import { cursorIn } from '../../src/console/views/playground/yaml-cursor.ts';

describe('the difference between two texts', () => {
  const told = (before: string, after: string): readonly string[] =>
    lineDiff(before, after).map(({ kind, text }) => `${{ same: ' ', removed: '-', added: '+' }[kind]}${text}`);

  it.each([
    ['', '', []],
    ['a\n', 'a\n', [' a']],
    ['', 'a\nb\n', ['+a', '+b']],
    ['a\nb\nc\n', 'a\nx\nc\n', [' a', '-b', '+x', ' c']],
    ['a\nb\nc\nd\n', 'b\nd\ne\n', ['-a', ' b', '-c', ' d', '+e']],
    ['a', 'a\n', [' a']],
  ])('between %j and %j is what makes one of the other', (before, after, expected) => {
    expect(told(before, after)).toEqual(expected);
  });

  it('numbers the lines of both sides, and leaves out what is far from any change', () => {
    const before = Array.from({ length: 20 }, (_, index) => `line ${index + 1}\n`).join('');
    const shown = excerpt(lineDiff(before, before.replace('line 10\n', 'other\nmore\n')));
    expect(shown.map((line) => (line === null ? '…' : `${line.before ?? ''}|${line.after ?? ''}`))).toEqual([
      ...['…', '7|7', '8|8', '9|9', '10|', '|10', '|11', '11|12', '12|13', '13|14', '…'],
    ]);
  });
});

describe('a path of the body', () => {
  it('is written as an expression reads it', () => {
    expect(pathText(['data', 'lines', 0, 'net total'])).toBe('data.lines[0].`net total`');
    expect(pathText(['and', 'in'])).toBe('`and`.`in`');
    expect(pathText([0, 'id'])).toBe('$$[0].id');
    expect(pathText([])).toBe('$$');
  });

  it.each([
    ['  id:', ' =a.b'],
    ['  id: ', '=a.b'],
    ['  - ', '=a.b'],
    ['  id: =$lowercase(', 'a.b'],
    ['      ', 'a.b'],
  ])('behind %j becomes the value or a part of it', (before, expected) => {
    expect(insertionOf(['a', 'b'], before)).toBe(expected);
  });
});

describe('where the cursor is', () => {
  const at = (text: string) => {
    const { path, key, typed, place } = cursorIn(text.replace('¦', ''), text.indexOf('¦'));
    return [place, path.join('.'), key, typed];
  };
  it.each([
    ['ev¦', 'key', '', undefined, 'ev'],
    ['event:\n  user:\n    em¦', 'key', 'event.user', undefined, 'em'],
    ['event:\n  name: Pa¦', 'value', 'event', 'name', 'Pa'],
    ['event:\n  name: =data.ob¦', 'expression', 'event', 'name', 'data.ob'],
    ['let:\n  a: |\n    =$firstOf(\n      $invo¦', 'expression', 'let.a', undefined, '$firstOf(\n$invo'],
    ['tests:\n  - name: a\n    gi¦', 'key', 'tests', undefined, 'gi'],
    ['event:\n  # name:\n  us¦', 'key', 'event', undefined, 'us'],
  ])('in %j is known from the indentation', (text, ...expected) => {
    expect(at(text)).toEqual(expected);
  });
});

describe('the keys that a mapping may have', () => {
  const schema = jsonSchema('mapping');
  const names = (...path: string[]): readonly string[] => schemaKeys(schema, path).map(({ name }) => name);

  it('are those of its schema, at any depth', () => {
    expect(names()).toContain('destinations');
    expect(names('event', 'user')).toContain('fallback_anonymous_id');
    expect(names('destinations', 'segment')).toEqual(['when', 'merge', 'payload']);
    expect(names('tests')).toContain('expect_exactly');
    expect(names('nothing', 'of', 'that')).toEqual([]);
  });
});

describe('what belongs together', () => {
  const position = { file: 'a.yaml', line: 1, column: 1 };
  const lineage = (keys: string[], ...reads: string[][]): ApiLineage => ({
    ...{ path: keys.join('.'), keys, expression: '', uses: [], at: position, end: position },
    reads: reads.map((read) => ({ root: 'body', keys: read })),
  });
  const shown = {
    body: { lines: [{ name: 'a' }, { name: 'b' }], id: 1 },
    lineage: [lineage(['event', 'name'], ['lines', 'name']), lineage(['event', 'id'], ['id'])],
    origins: [{ field: ['properties', 'first'], from: [['event', 'name']] }],
  };

  it('is found from the mapping: each item of a list that is read, and the fields it becomes', () => {
    const linked = linkedWith({ in: 'mapping', path: ['event', 'name'] }, shown);
    expect([...linked.body]).toEqual([idOf(['lines', 0, 'name']), idOf(['lines', 1, 'name'])]);
    expect([...linked.payload]).toEqual([idOf(['properties', 'first'])]);
  });

  it('is found from the body, also from what is around a value that is read', () => {
    for (const path of [['lines', 1, 'name'], ['lines']])
      expect([...linkedWith({ in: 'body', path }, shown).mapping]).toEqual([idOf(['event', 'name'])]);
    expect([...linkedWith({ in: 'body', path: ['other'] }, shown).mapping]).toEqual([]);
  });

  it('is found from a payload, also from a block of it', () => {
    for (const path of [['properties', 'first'], ['properties']])
      expect([...linkedWith({ in: 'payload', path }, shown).mapping]).toEqual([idOf(['event', 'name'])]);
  });

  it('is nothing where nothing is pointed at', () => {
    expect(linkedWith(null, shown).mapping.size).toBe(0);
  });
});
