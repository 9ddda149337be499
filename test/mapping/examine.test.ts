import { execFile } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { TestResult } from '../../src/mapping/check.ts';
import { Evaluator } from '../../src/mapping/evaluator/evaluator.ts';
import { examine, type ReadFile, readFile, withFixtures } from '../../src/mapping/examine.ts';
import { fixturePaths } from '../../src/mapping/fixtures.ts';
import { GatewayError } from '../../src/model/error.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { definitionOf } from './definitions.ts';

const good = `version: 1
name: Good
source: shop
event: { name: Paid, user: { id: =id } }
destinations: [console]
tests:
  - name: it pays
    given: { id: u1 }
    expect: { console: { name: Paid } }
`;

const known = { sources: ['shop'], destinations: ['console'] };

async function reading(files: Readonly<Record<string, string>>) {
  const folder = await temporaryFolder(files);
  const tester = new Evaluator({ mappings: [], destinations: [], vars: {} });
  onTestFinished(() => tester.stop());
  const read = tester.read.bind(tester);
  return { folder, read: (file: string) => readFile(file, { folder, known, read }) };
}

describe('a file that is read', () => {
  it('is a definition, and where its tests stand', async () => {
    const { folder, read } = await reading({ 'a.yaml': good });
    expect(await read('a.yaml')).toMatchObject({
      file: 'a.yaml',
      definition: { file: 'a.yaml', version: expect.stringMatching(/^[0-9a-f]{12}$/), content: { name: 'Good' } },
      problems: [],
      testsAt: [{ file: join(folder, 'a.yaml'), line: 7, column: 5 }],
    });
  });

  it('is its problems, in their place', async () => {
    const { folder, read } = await reading({ 'a.yaml': good.replace('=id', '=$frist(id)') });
    const { definition, problems } = await read('a.yaml');
    expect(definition).toBeUndefined();
    expect(problems).toMatchObject([
      { code: expect.stringMatching(/^expr\//), at: { file: join(folder, 'a.yaml'), line: 4 } },
    ]);
  });

  it.each<[string, (path: string) => Promise<unknown>, string]>([
    ['a link', (path) => symlink('/etc/hostname', path), 'is a symbolic link; links are not followed'],
    ['a folder', (path) => mkdir(path), 'is not a plain file'],
    [
      'a pipe, which would keep its reader waiting',
      (path) => promisify(execFile)('mkfifo', [path]),
      'is not a plain file',
    ],
    ['nothing', async () => undefined, 'cannot be read (ENOENT)'],
    ['too large', (path) => writeFile(path, Buffer.alloc(256 * 1024 + 1, '#')), 'larger than 256 KB'],
  ])('is refused when it is %s', async (_what, make, message) => {
    const { folder, read } = await reading({});
    await make(join(folder, 'a.yaml'));
    expect((await read('a.yaml')).problems).toMatchObject([{ severity: 'error', message }]);
  });

  it('is refused when it breaks its reader, and the next one is read', async () => {
    const { read } = await reading({ 'a.yaml': good });
    const broken = await readFile('a.yaml', {
      ...{ folder: await temporaryFolder({ 'a.yaml': good }), known },
      read: async () => undefined,
    });
    expect(broken.problems).toMatchObject([{ code: 'mapping/not-checked' }]);
    expect((await read('a.yaml')).problems).toEqual([]);
  });
});

describe('what is found of files', () => {
  const fileOf = (file: string, more: Partial<ReadFile> = {}): ReadFile => ({
    file,
    shown: `mappings/${file}`,
    definition: definitionOf('event: { name: A, user: { id: u } }\ndestinations: [console]\n', file),
    problems: [],
    testsAt: [{ file: `mappings/${file}`, line: 9, column: 5 }],
    ...more,
  });

  const result = (file: string, ...messages: readonly string[]): TestResult => ({
    ...{ file, index: 0, name: 'it pays', durationMs: 1 },
    failures: messages.map((message) => ({ kind: 'value', message, from: [], says: [] })),
  });

  it('depends on their own tests alone', async () => {
    const check = async () => [result('a.yaml'), result('b.yaml', 'console.name: expected ada@example.com')];
    const findings = await examine([fileOf('a.yaml'), fileOf('b.yaml')], check);
    expect(findings).toMatchObject([
      { file: 'a.yaml', kind: 'good' },
      {
        file: 'b.yaml',
        kind: 'refused',
        problems: [{ code: 'mapping/test-failed', at: { line: 9, column: 5 } }],
        failingTests: [{ name: 'it pays' }],
      },
    ]);
    expect(JSON.stringify('problems' in (findings[1] ?? {}) && findings[1])).toContain('ada@example.com');
    expect(
      findings.flatMap((finding) => ('problems' in finding ? finding.problems : [])).map(({ message }) => message),
    ).toEqual(['its test "it pays" fails']);
  });

  it('does not ask for tests of what could not be read', async () => {
    const asked: string[] = [];
    const { definition: _, ...unread } = fileOf('b.yaml');
    const findings = await examine([fileOf('a.yaml'), unread], async (definitions) => {
      asked.push(...definitions.map(({ file }) => file));
      return [];
    });
    expect(asked).toEqual(['a.yaml']);
    expect(findings.map(({ kind }) => kind)).toEqual(['good', 'refused']);
  });

  it('is found one by one when they cannot be tested together', async () => {
    const findings = await examine([fileOf('a.yaml'), fileOf('b.yaml'), fileOf('c.yaml')], async (definitions) => {
      if (definitions.some(({ file }) => file === 'b.yaml')) throw new GatewayError('EVALUATOR_UNAVAILABLE', 'it died');
      return [];
    });
    expect(findings).toMatchObject([
      { file: 'a.yaml', kind: 'good' },
      {
        file: 'b.yaml',
        kind: 'refused',
        problems: [{ code: 'mapping/not-checked', message: expect.stringContaining('it died') }],
      },
      { file: 'c.yaml', kind: 'good' },
    ]);
  });
});

describe('the fixtures of a mapping', () => {
  const tests = (...given: readonly string[]): string =>
    given.map((path, index) => `  - { name: t${index}, given: ${path}, expect: skipped }\n`).join('');
  const testing = (...given: readonly string[]): string => `${good.split('  - name')[0]}${tests(...given)}`;

  it('are the files in the folder that its tests name, there or not', async () => {
    const given = ['fixtures/a.json', './fixtures/a.json', 'fixtures/x/../b.json', '../out.json', '/etc/hostname'];
    const { read } = await reading({ 'a.yaml': testing(...given, '{ a: 1 }') });
    const { fixtures = [] } = await read('a.yaml');
    expect(new Set(fixturePaths(fixtures))).toEqual(new Set(['fixtures/a.json', 'fixtures/b.json']));
  });

  it('include what its lookups find, each at its place', async () => {
    const lookups = 'lookup:\n  contact: { hubspot.contact: { id: =id } }\n';
    const test =
      '  - { name: t, given: { id: 1 }, lookup: { contact: fixtures/gone.json, other: (absent) }, expect: skipped }\n';
    const text = `${good.split('  - name')[0]}${test}`.replace('event:', `${lookups}event:`);
    const { folder, read } = await reading({ 'a.yaml': text });
    const found = await read('a.yaml');
    expect(fixturePaths(found.fixtures ?? [])).toEqual(['fixtures/gone.json']);
    const { problems } = await withFixtures(found, folder);
    const at = problems.find(({ code }) => code === 'mapping/unknown-fixture')?.at;
    const line = text.split('\n').findIndex((each) => each.includes('gone.json'));
    expect(at).toMatchObject({ line: line + 1, column: test.indexOf('fixtures/gone') + 1 });
  });

  it('are one problem each, however many tests they are for, and then it is no definition', async () => {
    const { folder, read } = await reading({
      'a.yaml': testing('fixtures/a.json', 'fixtures/gone.json', 'fixtures/gone.json', 'fixtures/no.json'),
      'fixtures/a.json': '{}',
      'fixtures/no.json': '{\n  "email": "ada@example.com",\n}',
    });
    const { definition, problems } = await withFixtures(await read('a.yaml'), folder);
    expect(definition).toBeUndefined();
    expect(problems).toMatchObject([
      { code: 'mapping/unknown-fixture', message: 'fixture "fixtures/gone.json" is not there', at: { line: 8 } },
      {
        code: 'mapping/unusable-fixture',
        message: 'fixture "fixtures/no.json" is not JSON, from line 3, column 1',
        at: { line: 10, column: 24 },
      },
    ]);
    expect(JSON.stringify(problems)).not.toContain('ada@');
  });

  it('are told of a mapping that has other problems, too', async () => {
    const { folder, read } = await reading({ 'a.yaml': testing('fixtures/gone.json').replace('=id', '=$frist(id)') });
    const { problems } = await withFixtures(await read('a.yaml'), folder);
    expect(problems.map(({ code }) => code)).toEqual(['expr/unknown-name', 'mapping/unknown-fixture']);
  });

  it('are not led out of the folder by a link', async () => {
    const { folder, read } = await reading({ 'a.yaml': testing('fixtures/link.json'), 'fixtures/a.json': '{}' });
    await symlink('/etc/hostname', join(folder, 'fixtures/link.json'));
    const { problems } = await withFixtures(await read('a.yaml'), folder);
    expect(problems).toMatchObject([{ message: 'fixture "fixtures/link.json" is outside the mappings folder' }]);
  });
});
