import { describe, expect, it } from 'vitest';
import { hookstitch } from '../support/command-line.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const gateway = `version: 1
sources: { stripe: { type: stripe, secret: "\${S}" } }
destinations: { segment: { type: segment, write_key: "\${K:-}" } }
`;
const good = `version: 1
name: A
source: stripe
events: invoice.paid
event: { name: Paid, user: { id: =id } }
destinations: [segment]
`;
const broken = good.replace('=id', '=$firstof(id)').replace('A\n', 'A\non: x\n');
const environment = { S: 'whsec_0123456789', K: 'key' };

const folderWith = (files: Readonly<Record<string, string>>): Promise<string> =>
  temporaryFolder({ 'gateway.yaml': gateway, ...files });

describe('hookstitch validate', () => {
  it('shows people where, what and what to do, and where there is more', async () => {
    const folder = await folderWith({ 'broken.yaml': broken, 'good.yaml': good });

    const { code, out } = await hookstitch(folder, ['validate'], { ...environment, K: '' });

    expect(out.trimEnd().split('\n')).toEqual([
      '✓ gateway.yaml  1 source · 1 destination',
      '✗ broken.yaml   2 errors, 1 warning',
      '  broken.yaml:3:1  error  unknown key "on"  [mapping/unknown-key]',
      '    2 │ name: A',
      '    3 │ on: x',
      '      │ ^',
      '    hint: did you mean events? (older YAML tools read on as true)',
      '  broken.yaml:6:35  error  unknown function $firstof  [expr/unknown-name]',
      '    5 │ events: invoice.paid',
      '    6 │ event: { name: Paid, user: { id: =$firstof(id) } }',
      '      │                                   ^',
      '    hint: did you mean $firstOf?',
      '  broken.yaml:7:16  warning  destination "segment" is off: K is not set, and 2 mappings name it  [config/disabled]',
      '    6 │ event: { name: Paid, user: { id: =$firstof(id) } }',
      '    7 │ destinations: [segment]',
      '      │                ^',
      '    hint: set it in the environment or in .env; until then mappings skip the destination',
      '✓ good.yaml     invoice.paid → segment',
      '2 files ok, 1 with errors.   More: hookstitch explain mapping/unknown-key',
    ]);
    expect(code).toBe(1);
  });

  it.each([['--json'], ['--format', 'json']])('speaks JSON with %s', async (...args) => {
    const folder = await folderWith({ 'broken.yaml': broken });

    const { code, out } = await hookstitch(folder, ['validate', ...args], environment);

    expect(JSON.parse(out)).toMatchObject({
      ok: false,
      files: ['gateway.yaml', 'broken.yaml'],
      problems: [
        { severity: 'error', code: 'mapping/unknown-key', at: { file: 'broken.yaml', line: 3, column: 1 } },
        { code: 'expr/unknown-name', hint: 'did you mean $firstOf?', excerpt: expect.stringContaining('^') },
      ],
    });
    expect(code).toBe(1);
  });

  it('annotates the files of a workflow', async () => {
    const folder = await temporaryFolder({
      'config/gateway.yaml': gateway,
      'config/broken.yaml': broken.replace('on: x\n', ''),
    });

    const { code, out } = await hookstitch(folder, ['validate', '--format', 'github'], {
      ...environment,
      MAPPINGS_DIR: `${folder}/config`,
    });

    expect(out).toBe(
      '::error file=config/broken.yaml,line=5,col=35,title=expr/unknown-name::unknown function $firstof%0Adid you mean $firstOf?\n',
    );
    expect(code).toBe(1);
  });

  it('checks the files that are named and no other', async () => {
    const folder = await folderWith({ 'broken.yaml': broken, 'good.yaml': good });

    const { code, out } = await hookstitch(folder, ['validate', 'good'], environment);

    expect(out).toBe('✓ good.yaml  invoice.paid → segment\n1 file ok.\n');
    expect(code).toBe(0);
  });

  it.each([
    [['validate', 'goood.yaml'], 'did you mean good.yaml?'],
    [['validate', '--format', 'xml'], 'pretty, json, github'],
  ])('takes %j for wrong use', async (args, said) => {
    const folder = await folderWith({ 'good.yaml': good });

    const { code, err } = await hookstitch(folder, args, environment);

    expect(err).toContain(said);
    expect(code).toBe(2);
  });
});

describe.each(['validate', 'test'])('hookstitch %s', (verb) => {
  it.each([{}, { 'mappings/a.txt': '' }])(
    'exits 2 where there is nothing to look at, as in a wrong folder',
    async (files) => {
      const folder = await temporaryFolder(files);

      const { code, err, out } = await hookstitch(folder, [verb], { ...environment, MAPPINGS_DIR: './mappings' });

      expect(out).toBe('');
      expect(err).toContain('in ./mappings');
      expect(err).toContain('MAPPINGS_DIR names the folder');
      expect(code).toBe(2);
    },
  );
});

describe.each([['validate'], ['test'], ['try'], ['eval id --mapping']])('hookstitch %s', (verb) => {
  const tested = `${good}tests:\n  - { name: a, given: { id: u1, type: invoice.paid }, expect: { segment: {} } }\n`;

  it.each(['good-one', 'good-one.yaml', './good-one.yaml'])('finds the mapping that is named %s', async (name) => {
    const folder = await folderWith({ 'good-one.yaml': tested });

    expect(await hookstitch(folder, [...verb.split(' '), name], environment)).toMatchObject({ code: 0, err: '' });
  });

  it('says what is meant by the beginning of a name', async () => {
    const folder = await folderWith({ 'good-one.yaml': tested });

    const { code, err } = await hookstitch(folder, [...verb.split(' '), 'good'], environment);

    expect(err).toContain('did you mean good-one.yaml?');
    expect(code).toBe(2);
  });
});

describe('hookstitch explain', () => {
  it('explains a code with something wrong and something right', async () => {
    const { code, out } = await hookstitch(await folderWith({}), ['explain', 'expr/unknown-name']);

    expect(out).toMatch(/^expr\/unknown-name: .+\n[\s\S]*Wrong:[\s\S]*\$firstof[\s\S]*Right:[\s\S]*\$firstOf/);
    expect(code).toBe(0);
  });

  it('lists all codes', async () => {
    const { code, out } = await hookstitch(await folderWith({}), ['explain']);

    expect(out.trimEnd().split('\n').length).toBeGreaterThan(40);
    expect(out).toMatch(/^yaml\/tab-as-indent +A tab/m);
    expect(code).toBe(0);
  });

  it('explains to programs', async () => {
    const { out } = await hookstitch(await folderWith({}), ['explain', 'yaml/alias', '--json']);

    expect(JSON.parse(out)).toMatchObject({
      code: 'yaml/alias',
      title: expect.any(String),
      example: expect.any(Object),
    });
  });

  it('does not know every code', async () => {
    const { code, err } = await hookstitch(await folderWith({}), ['explain', 'expr/unknown-nam']);

    expect(err).toContain('did you mean expr/unknown-name?');
    expect(code).toBe(2);
  });
});
