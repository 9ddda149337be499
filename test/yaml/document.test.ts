import { describe, expect, it } from 'vitest';
import type { Problem } from '../../src/diagnostics/problem.ts';
import { type ParsedYaml, parseYaml, type YamlFile } from '../../src/yaml/document.ts';
import { fileBytesMax, nestingMax } from '../../src/yaml/limits.ts';

function parsed(text: string): YamlFile {
  const result = parseYaml('a.yaml', text);
  if (!result.ok) throw new Error(result.problems.map(({ message }) => message).join('; '));
  return result.yaml;
}

function refused(text: string): Problem {
  const result: ParsedYaml = parseYaml('a.yaml', text);
  const [problem] = result.ok ? [] : result.problems;
  if (problem === undefined) throw new Error('accepted');
  return problem;
}

describe('a file', () => {
  it.each([
    ['country: NO', 'NO'],
    ['country: no', 'no'],
    ['switch: on', 'on'],
    ['switch: yes', 'yes'],
    ['version: 0x10', 16],
    ['octal: 0777', 777],
    ['time: 12:30', '12:30'],
    ['day: 2026-01-01', '2026-01-01'],
    ['empty: ~', null],
    ['truth: true', true],
  ])('is read by the rules of YAML 1.2: %s', (text, value) => {
    expect(Object.values(parsed(text).value as object)).toEqual([value]);
  });

  it('is read by the rules of YAML 1.2 even where it asks for 1.1', () => {
    expect(parsed('%YAML 1.1\n---\non: NO\n').value).toEqual({ on: 'NO' });
  });

  it('keeps a key called __proto__ a key', () => {
    const value = parsed('__proto__: { polluted: true }').value as object;
    expect(Object.keys(value)).toEqual(['__proto__']);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });

  it('may be empty', () => {
    expect(parsed('').value).toBeNull();
    expect(parsed('# only a comment\n').value).toBeNull();
  });
});

describe('a file that is refused', () => {
  it.each([
    ['a duplicate key', 'a: 1\nb: 2\na: 3\n', 'yaml/duplicate-key', 3, 1],
    ['an alias', 'a: &one { b: 1 }\nc: *one\n', 'yaml/alias', 2, 4],
    ['a merge key', 'a: &one { b: 1 }\nc:\n  <<: *one\n', 'yaml/alias', 3, 7],
    ['a tag of its own', 'a: !include b.yaml\n', 'yaml/tag-resolve-failed', 1, 4],
    ['a tag of code', 'a: !!js/function "function(){}"\n', 'yaml/tag-resolve-failed', 1, 4],
    ['a block of keys as a key', 'a: {{ data.object }}\n', 'yaml/complex-key', 1, 5],
    ['tabs for indentation', 'a:\n\tb: 1\n', 'yaml/tab-as-indent', 2, 1],
    ['two documents', 'a: 1\n---\nb: 2\n', 'yaml/multiple-docs', 2, 1],
    ['two keys on one line', 'a: b ? "x" : "y"\n', 'yaml/block-as-implicit-key', 1, 4],
  ])('says where: %s', (_what, text, code, line, column) => {
    expect(refused(text)).toMatchObject({ severity: 'error', code, at: { file: 'a.yaml', line, column } });
  });

  it('names the alias that a reader has to write out', () => {
    expect(refused('a: &one 1\nb: *one\n')).toMatchObject({
      message: 'aliases (*one) are not supported',
      hint: 'write the value out where it is used',
    });
  });

  it('does not read `<<` as a merge key', () => {
    expect(parsed('a: 1\n<<: { b: 2 }\n').value).toEqual({ a: 1, '<<': { b: 2 } });
  });

  it('lists every mistake of the parser, not only the first', () => {
    const result = parseYaml('a.yaml', 'a: 1\na: 2\nb: !x 1\n');
    expect(result.ok ? [] : result.problems.map(({ code }) => code)).toEqual([
      'yaml/duplicate-key',
      'yaml/tag-resolve-failed',
    ]);
  });
});

describe('size and depth', () => {
  it('of a file are limited before the parser sees it', () => {
    const line = 'a: 1 # ';
    expect(parsed(line.padEnd(fileBytesMax, 'x')).value).toEqual({ a: 1 });
    expect(refused(line.padEnd(fileBytesMax + 1, 'x'))).toMatchObject({ code: 'yaml/too-large', at: { line: 1 } });
  });

  it('counts bytes, not characters', () => {
    expect(refused(`a: ${'é'.repeat(fileBytesMax / 2)}`).code).toBe('yaml/too-large');
  });

  it.each([
    ['lists', '[', ']'],
    ['maps', '{ a: ', '}'],
  ])('allows %s within each other up to the limit', (_what, open, close) => {
    const nested = (depth: number): string => `a: ${open.repeat(depth)}${close.repeat(depth)}`;
    expect(parsed(nested(nestingMax)).value).toBeTypeOf('object');
    expect(refused(nested(nestingMax + 1))).toMatchObject({ code: 'yaml/too-deep', at: { line: 1 } });
  });

  it('survives thousands of nested brackets again and again in one process', () => {
    const attacks = ['[', '{', '[{', '- [', '[\n', '? ', '- '].flatMap((step) =>
      [2_000, 10_000].map((n) => step.repeat(n)),
    );
    for (let round = 0; round < 5; round += 1) {
      for (const text of [...attacks, ...attacks.map((attack) => `a: ${attack}`)]) {
        expect(parseYaml('a.yaml', text).ok).toBe(false);
        expect(parseYaml('a.yaml', 'a: 1').ok).toBe(true);
      }
    }
  });

  it.each([
    ['quotes', '["]", '],
    ['single quotes', "[']', "],
    ['keys', '{"}": '],
    ['comments', '[ # ]\n  '],
  ])('does not take a bracket in %s for one that closes', (_where, step) => {
    expect(refused(`a: ${step.repeat(2_000)}`).code).toBe('yaml/too-deep');
  });

  it('does not take brackets in texts for nesting', () => {
    const brackets = '['.repeat(nestingMax + 1);
    const text = `# ${brackets}\na: "${brackets}"\nb: |\n  ${brackets}\nc: x${brackets}\n`;
    expect(parsed(text).value).toEqual({ a: brackets, b: `${brackets}\n`, c: `x${brackets}` });
  });

  it('does not add up brackets that have closed', () => {
    expect(parsed(`a:\n${'  - [1, { b: 2 }]\n'.repeat(1_000)}`).value).toMatchObject({ a: { length: 1_000 } });
  });

  it('names the line that goes too deep', () => {
    const indented = Array.from({ length: 400 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n');
    expect(refused(indented)).toMatchObject({ code: 'yaml/too-deep', at: { line: nestingMax * 4 + 2 } });
    expect(refused('a: 1\nb:\n  - [[\n'.concat('['.repeat(nestingMax))).at.line).toBe(4);
  });

  it.each([
    ['lists', '- '.repeat(2_000)],
    ['keys', '? '.repeat(2_000)],
    ['lists and keys', '- ? '.repeat(1_000)],
  ])('limits blocks of %s on one line', (_what, text) => {
    expect(refused(`${text}1`).code).toBe('yaml/too-deep');
  });
});

describe('positions', () => {
  const file = parsed(
    [
      'name: Paid',
      'event:',
      '  name: =a.b',
      "  \"quoted\": '=it''s'",
      '  empty:',
      '  list: [1, { deep: x }]',
      'last: 1',
    ].join('\n'),
  );
  const at = (line: number, column: number) => ({ file: 'a.yaml', line, column });

  it.each([
    [['name'], at(1, 7), at(1, 1)],
    [['event', 'name'], at(3, 9), at(3, 3)],
    [['event', 'quoted'], at(4, 13), at(4, 3)],
    [['event', 'list', 1, 'deep'], at(6, 21), at(6, 15)],
    [['last'], at(7, 7), at(7, 1)],
  ])('are those of the value and of the key at %j', (path, value, key) => {
    expect(file.positionOf(path)).toEqual(value);
    expect(file.positionOfKey(path)).toEqual(key);
  });

  it('of an item of a list are those of the item', () => {
    expect(file.positionOf(['event', 'list', 0])).toEqual(at(6, 10));
    expect(file.positionOfKey(['event', 'list', 0])).toEqual(at(6, 10));
  });

  it('of what is missing are those of what would hold it', () => {
    expect(file.positionOf(['event', 'id'])).toEqual(at(3, 3));
    expect(file.positionOf(['nowhere', 'at', 'all'])).toEqual(at(1, 1));
    expect(parsed('').positionOf(['version'])).toEqual(at(1, 1));
  });

  it('of a key without a value are on its line', () => {
    expect(file.positionOf(['event', 'empty']).line).toBe(5);
    expect(file.positionOfKey(['event', 'empty'])).toEqual(at(5, 3));
  });

  it('inside a text count from its first character, whatever its quotes', () => {
    const texts = parsed('plain: =a & $b\nsingle: \'=a & $b\'\ndouble: "=a & $b"\n');
    expect(texts.positionInText(['plain'], 5)).toEqual(at(1, 13));
    expect(texts.positionInText(['single'], 5)).toEqual(at(2, 15));
    expect(texts.positionInText(['double'], 5)).toEqual(at(3, 15));
    expect(texts.positionInText(['missing'], 5)).toEqual(at(1, 1));
  });
});
