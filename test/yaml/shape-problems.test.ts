import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseYaml } from '../../src/yaml/document.ts';
import { formatProblem } from '../../src/yaml/problem.ts';
import { shapeProblems } from '../../src/yaml/shape-problems.ts';

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

function problemsOf(text: string): readonly string[] {
  const parsed = parseYaml('a.yaml', text);
  if (!parsed.ok) throw new Error('not YAML');
  const shaped = schema.safeParse(parsed.yaml.value);
  return shapeProblems(parsed.yaml, shaped.error?.issues ?? [], { schema, prefix: 'config' }).map(formatProblem);
}

const valid = 'version: 1\ntargets: [a]\n';

describe('what is wrong with the shape of a file', () => {
  it('is nothing for a good one', () => {
    expect(problemsOf(valid)).toEqual([]);
  });

  it.each([
    ['is missing', 'targets: [a]\n', 'a.yaml:1:1  error  version: is missing  [config/invalid-value]'],
    [
      'is of another type',
      `${valid}port: "80"\n`,
      'a.yaml:3:7  error  port: expected number, received string  [config/invalid-value]',
    ],
    [
      'is out of range',
      `${valid}port: 0\n`,
      'a.yaml:3:7  error  port: Too small: expected number to be >=1  [config/invalid-value]',
    ],
    [
      'breaks a rule of its own',
      `${valid}port: 13\n`,
      'a.yaml:3:7  error  port: brings bad luck  [config/invalid-value]',
    ],
    [
      'is not a map at all',
      '- version\n',
      'a.yaml:1:1  error  expected object, received array  [config/invalid-value]',
    ],
    [
      'lacks a key deep inside',
      `${valid}list:\n  - {}\n`,
      'a.yaml:4:5  error  list.0.name: is missing  [config/invalid-value]',
    ],
  ])('points at a value that %s', (_what, text, expected) => {
    expect(problemsOf(text)).toEqual([expected]);
  });

  it('points at an unknown key, with the known one it resembles', () => {
    expect(problemsOf(`${valid}prot: 80\n`)).toEqual([
      'a.yaml:3:1  error  unknown key "prot"  [config/unknown-key]\n  hint: did you mean port?',
    ]);
  });

  it('lists the known keys where none is near', () => {
    expect(problemsOf(`${valid}colour: red\n`)).toEqual([
      'a.yaml:3:1  error  unknown key "colour"  [config/unknown-key]\n' +
        '  hint: known keys: version, port, targets, mode, retry, lower, list',
    ]);
  });

  it.each([
    ['a block with defaults', 'retry: { maxx: 1 }', 'unknown key "maxx" in retry', 'did you mean max?'],
    ['a list', 'list: [{ name: a, nam: b }]', 'unknown key "nam" in list.0', 'did you mean name?'],
    ['one side of a choice', 'mode: { speed: 1, sped: 2 }', 'unknown key "sped" in mode', 'did you mean speed?'],
  ])('knows the keys inside %s', (_where, line, message, hint) => {
    const [problem, ...others] = problemsOf(`${valid}${line}\n`);
    expect(problem).toContain(message);
    expect(problem).toContain(hint);
    expect(others).toEqual([]);
  });

  it('points at a key that must not be called so', () => {
    expect(problemsOf('version: 1\ntargets:\n  A: {}\n')).toEqual([
      'a.yaml:3:3  error  targets.A: must be lower-case  [config/invalid-value]',
    ]);
  });

  it.each([
    [
      'the map',
      'targets:\n  a: { wehn: x }\n',
      ['a.yaml:3:8  error  unknown key "wehn" in targets.a  [config/unknown-key]\n  hint: did you mean when?'],
    ],
    [
      'the map, and a wrong value in it',
      'targets:\n  a: { when: 5 }\n',
      ['a.yaml:3:14  error  targets.a.when: expected string, received number  [config/invalid-value]'],
    ],
    [
      'the list',
      'targets: [a, 5]\n',
      ['a.yaml:2:14  error  targets.1: expected string, received number  [config/invalid-value]'],
    ],
    ['neither', 'targets: a\n', ['a.yaml:2:10  error  targets: must be a list or a map  [config/invalid-value]']],
    [
      'neither, with nothing given',
      'targets:\n',
      ['a.yaml:2:9  error  targets: must be a list or a map  [config/invalid-value]'],
    ],
  ])('speaks of the shape the author meant: %s', (_meant, text, expected) => {
    expect(problemsOf(`version: 1\n${text}`)).toEqual(expected);
  });

  it('prefers the shape with keys over a fixed word when keys are given', () => {
    expect(problemsOf(`${valid}mode: { speed: x }\n`)).toEqual([
      'a.yaml:3:16  error  mode.speed: expected number, received string  [config/invalid-value]',
    ]);
    expect(problemsOf(`${valid}mode: fats\n`)).toEqual([
      'a.yaml:3:7  error  mode: must be fast or a speed  [config/invalid-value]',
    ]);
  });

  it('says everything in one go', () => {
    expect(problemsOf('version: 2\nprot: 1\ntargets: x\n')).toHaveLength(3);
  });
});
