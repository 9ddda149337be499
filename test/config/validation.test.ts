import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { environmentFrom } from '../../src/config/environment.ts';
import { loadConfiguration } from '../../src/config/load.ts';
import { filesOf, validate } from '../../src/config/validation.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const gateway = `version: 1
sources: { stripe: { type: stripe, secret: "\${S}" } }
destinations: { segment: { type: segment, write_key: "\${K}" } }
`;
const mapping = `version: 1
name: A
source: stripe
events: invoice.paid
event:
  name: Paid
  user: { id: =id }
destinations: [segment]
`;

async function load(files: Readonly<Record<string, string>>) {
  const folder = await temporaryFolder({ 'gateway.yaml': gateway, ...files });
  const environment = environmentFrom({ MAPPINGS_DIR: folder, S: 'whsec_0123456789', K: 'key' });
  return { folder, configuration: await loadConfiguration(environment) };
}

/** As `line:column code`. */
async function told(text: string): Promise<readonly string[]> {
  const { configuration } = await load({ 'a.yaml': text });
  return validate(configuration).problems.map(({ at, code }) => `${at.line}:${at.column} ${code}`);
}

describe('a validation', () => {
  it('says in a few words what every good file is for', async () => {
    const { configuration } = await load({
      'a.yaml': mapping,
      'b.yaml': mapping.replace('events: invoice.paid', 'enabled: false').replace('[segment]', '{ segment: {} }'),
    });
    const { ok, files } = validate(configuration);
    expect(ok).toBe(true);
    expect(files.map(({ path, summary }) => [basename(path), summary])).toEqual([
      ['gateway.yaml', '1 source · 1 destination'],
      ['a.yaml', 'invoice.paid → segment'],
      ['b.yaml', 'everything from stripe → segment  (not enabled)'],
    ]);
  });

  it('finds everything that is wrong with a file in one go: its shape, expressions, names and YAML', async () => {
    const text = `version: 2
name: A
sorce: strpe
when: =type == "a"
let:
  a: =data.object.paid ? "Paid" : "Unpaid"
  b: {{ data.object.id }}
event:
  name: =$frist(type)
  user: { id: =$a, emial: =$nobody }
  timestamp:=created
  name: Twice
destinations: [segmnet]
tests:
  - name: a test
    given: { id: evt_1 }
    expect: { segment: { event: (absent) } }
    expcet: skipped
`;
    expect(await told(text)).toEqual([
      '1:10 mapping/invalid-value',
      '3:1 mapping/unknown-key',
      '3:8 mapping/unknown-source',
      '4:13 expr/javascript',
      '6:6 yaml/block-as-implicit-key',
      '7:7 yaml/complex-key',
      '10:20 mapping/unknown-key',
      '10:28 expr/unknown-name',
      '11:3 yaml/missing-space',
      '12:3 yaml/duplicate-key',
      '13:16 mapping/unknown-destination',
      '18:5 mapping/unknown-key',
    ]);
  });

  it('shows every problem with its lines', async () => {
    const { configuration } = await load({ 'a.yaml': mapping.replace('=id', '=$frist(id)') });
    expect(validate(configuration).problems).toMatchObject([
      { excerpt: '6 │   name: Paid\n7 │   user: { id: =$frist(id) }\n  │                ^' },
    ]);
  });

  it('tells a mistake of gateway.yaml there, and not again in every mapping', async () => {
    for (const broken of [
      gateway.replace('type: stripe', 'type: strpe'),
      gateway.replace('sources:', 'soruces:'),
      gateway.replace('{ stripe: {', '{ stripe {'),
      `${gateway}destinations: {}\n`,
      '{',
    ]) {
      const { configuration } = await load({ 'gateway.yaml': broken, 'a.yaml': mapping });
      const { problems } = validate(configuration);
      expect(problems.map(({ at }) => basename(at.file))).toEqual(['gateway.yaml']);
    }
  });

  it('is of gateway.yaml where it is there, and of the mappings', async () => {
    const { folder, configuration } = await load({ 'b.yml': mapping, 'a.yaml': mapping });
    const names = ['gateway.yaml', 'a.yaml', 'b.yml'];
    expect(filesOf(configuration)).toEqual(names.map((name) => join(folder, name)));
    expect(filesOf({ ...configuration, gatewayPath: null })).toHaveLength(2);
  });

  it('is of those files alone that are wanted', async () => {
    const broken = mapping.replace('=id', '=$frist(id)');
    const { folder, configuration } = await load({ 'a.yaml': broken, 'b.yaml': broken, 'c.yaml': mapping });
    const b = join(folder, 'b.yaml');
    expect(validate(configuration, [b])).toMatchObject({
      ok: false,
      problems: [{ at: { file: b } }],
      files: [{ path: b }],
    });
    expect(validate(configuration, [join(folder, 'c.yaml')])).toMatchObject({ ok: true, problems: [] });
  });
});
