import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Problem } from '../../src/diagnostics/problem.ts';
import { parseYaml } from '../../src/yaml/document.ts';
import { shapeProblems } from '../../src/yaml/shape-problems.ts';
import { problemLine } from '../support/problem-line.ts';

const settings = z.strictObject({ when: z.string().optional(), merge: z.record(z.string(), z.json()).optional() });
const schema = z
  .strictObject({
    version: z.literal(1, { error: 'must be 1' }),
    port: z.int().min(1).optional(),
    targets: z.union(
      [
        z.array(z.string().min(1)),
        z.record(z.string().regex(/^[a-z]+$/, { error: 'must be lower-case' }), settings.nullable()),
      ],
      {
        error: 'must be a list or a map',
      },
    ),
    mode: z
      .union([z.literal('fast'), z.strictObject({ speed: z.number() })], { error: 'must be fast or a speed' })
      .optional(),
    retry: z.strictObject({ max: z.int().default(3) }).prefault({}),
    lower: z
      .string()
      .transform((text) => text.toLowerCase())
      .pipe(z.string().min(2))
      .optional(),
    list: z.array(z.strictObject({ name: z.string() })).optional(),
  })
  .refine(({ port }) => port !== 13, { path: ['port'], error: 'brings bad luck' });

function shapeOf(text: string): readonly Problem[] {
  const parsed = parseYaml('a.yaml', text);
  if (!parsed.ok) throw new Error('not YAML');
  const shaped = schema.safeParse(parsed.yaml.value);
  return shapeProblems(parsed.yaml, shaped.error?.issues ?? [], { schema, prefix: 'config' });
}

const problemsOf = (text: string): readonly string[] => shapeOf(text).map(problemLine);

const valid = 'version: 1\ntargets: [a]\n';

describe('what is wrong with the shape of a file', () => {
  it('is nothing for a good one', () => {
    expect(problemsOf(valid)).toEqual([]);
  });

  it.each([
    ['is missing', 'targets: [a]\n', '1:1 version: is missing'],
    ['is of another type', `${valid}port: "80"\n`, '3:7 port: expected number, received string'],
    ['is out of range', `${valid}port: 0\n`, '3:7 port: Too small: expected number to be >=1'],
    ['breaks a rule of its own', `${valid}port: 13\n`, '3:7 port: brings bad luck'],
    ['is not a map at all', '- version\n', '1:1 expected object, received array'],
    ['lacks a key deep inside', `${valid}list:\n  - {}\n`, '4:5 list.0.name: is missing'],
  ])('points at a value that %s', (_what, text, expected) => {
    expect(problemsOf(text)).toEqual([expected]);
  });

  it('points at an unknown key, with the known one it resembles', () => {
    expect(shapeOf(`${valid}prot: 80\n`)).toMatchObject([
      {
        severity: 'error',
        code: 'config/unknown-key',
        message: 'unknown key "prot"',
        at: { line: 3, column: 1 },
        hint: 'did you mean port?',
      },
    ]);
  });

  it('lists the known keys where none is near', () => {
    expect(shapeOf(`${valid}colour: red\n`)).toMatchObject([
      { message: 'unknown key "colour"', hint: 'known keys: version, port, targets, mode, retry, lower, list' },
    ]);
  });

  it.each([
    ['a block with defaults', 'retry: { maxx: 1 }', 'unknown key "maxx" in retry', 'did you mean max?'],
    ['a list', 'list: [{ name: a, nam: b }]', 'unknown key "nam" in list.0', 'did you mean name?'],
    ['one side of a choice', 'mode: { speed: 1, sped: 2 }', 'unknown key "sped" in mode', 'did you mean speed?'],
    ['a value of a map', 'targets: { a: { wehn: x } }', 'unknown key "wehn" in targets.a', 'did you mean when?'],
  ])('knows the keys inside %s', (_where, line, message, hint) => {
    const text = line.startsWith('targets') ? `version: 1\n${line}\n` : `${valid}${line}\n`;
    expect(shapeOf(text)).toMatchObject([{ message, hint }]);
  });

  it('points at a key that must not be called so', () => {
    expect(problemsOf('version: 1\ntargets:\n  A: {}\n')).toEqual(['3:3 targets.A: must be lower-case']);
  });

  it.each([
    ['the map', 'targets:\n  a: { wehn: x }\n', ['3:8 unknown key "wehn" in targets.a']],
    [
      'the map, and a wrong value in it',
      'targets:\n  a: { when: 5 }\n',
      ['3:14 targets.a.when: expected string, received number'],
    ],
    ['the list', 'targets: [a, 5]\n', ['2:14 targets.1: expected string, received number']],
    ['neither', 'targets: a\n', ['2:10 targets: must be a list or a map']],
    ['neither, with nothing given', 'targets:\n', ['2:9 targets: must be a list or a map']],
  ])('speaks of the shape the author meant: %s', (_meant, text, expected) => {
    expect(problemsOf(`version: 1\n${text}`)).toEqual(expected);
  });

  it('prefers the shape with keys over a fixed word when keys are given', () => {
    expect(problemsOf(`${valid}mode: { speed: x }\n`)).toEqual(['3:16 mode.speed: expected number, received string']);
    expect(problemsOf(`${valid}mode: fats\n`)).toEqual(['3:7 mode: must be fast or a speed']);
  });

  it('says everything in one go', () => {
    expect(problemsOf('version: 2\nprot: 1\ntargets: x\n')).toHaveLength(3);
  });
});
