import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { environmentFrom } from '../../src/config/environment.ts';
import { disabledProblems, loadConfiguration, namesOf, requireValidGateway } from '../../src/config/load.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const mapping =
  'version: 1\nname: A\nsource: stripe\nevent: { name: Paid, user: { id: =id } }\ndestinations: [segment, console]\n';
const gateway = [
  'version: 1',
  'sources:',
  '  stripe: { type: stripe, secret: "${S}" }',
  '  callrail: { type: callrail, secret: "${C}" }',
  'destinations:',
  '  segment: { type: segment, write_key: "${K}" }',
  '  vemetric: { type: vemetric, token: "${V}" }',
  '  console: { type: console }',
  '',
].join('\n');

const load = (folder: string, variables: Readonly<Record<string, string>> = {}) =>
  loadConfiguration(environmentFrom({ MAPPINGS_DIR: folder, ...variables }));

describe('the configuration', () => {
  it('is the settings, gateway.yaml and the mappings that lead to what it names', async () => {
    const folder = await temporaryFolder({
      'gateway.yaml': gateway,
      'a.yaml': mapping,
      'b.yaml': mapping.replace('segment,', 'umami,'),
    });
    const configuration = await load(folder, { PORT: '9000' });
    expect(configuration.settings).toMatchObject({ port: 9000, mappingsDir: folder });
    expect(configuration.gatewayPath).toBe(join(folder, 'gateway.yaml'));
    expect(namesOf(configuration.file)).toMatchObject({
      sources: ['stripe', 'callrail'],
      destinations: ['segment', 'vemetric', 'console'],
    });
    expect(configuration.mappings.definitions.map(({ file }) => file)).toEqual(['a.yaml']);
    expect(configuration.mappings.problems).toMatchObject([{ code: 'mapping/unknown-destination' }]);
  });

  it('without a gateway.yaml, or without a folder, is the built-in one', async () => {
    const folder = await temporaryFolder();
    for (const place of [folder, join(folder, 'nowhere')]) {
      const configuration = await load(place);
      expect(configuration.gatewayPath).toBeNull();
      expect(namesOf(configuration.file).sources).toEqual(['stripe', 'callrail', 'hubspot']);
      expect(configuration.mappings.definitions).toEqual([]);
      expect(() => requireValidGateway(configuration)).not.toThrow();
    }
  });

  it('whose gateway.yaml is there but cannot be read is a fault', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'gateway.yaml'));
    await expect(load(folder)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('cannot be read'),
    });
  });

  it('with a mistake in gateway.yaml starts no gateway, and says everything that is wrong', async () => {
    const folder = await temporaryFolder({
      'gateway.yaml': gateway.replace('type: stripe', 'type: strpe').replace('write_key', 'wriet_key'),
    });
    const configuration = await load(folder);
    const path = join(folder, 'gateway.yaml');
    expect(() => requireValidGateway(configuration)).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: expect.stringMatching(/strpe[\s\S]*wriet_key/),
        at: { file: path, line: 3, column: 19 },
      }),
    );
  });

  it('with a warning in gateway.yaml starts one', async () => {
    const folder = await temporaryFolder({ 'gateway.yaml': gateway.replace('${K}', 'literal') });
    const configuration = await load(folder);
    expect(configuration.file.problems).toMatchObject([{ severity: 'warning' }]);
    expect(() => requireValidGateway(configuration)).not.toThrow();
  });
});

describe('what is off', () => {
  it('is told where a mapping needs it, and nowhere else', async () => {
    const folder = await temporaryFolder({ 'gateway.yaml': gateway, 'a.yaml': mapping });
    const file = join(folder, 'a.yaml');
    const off = { severity: 'warning', code: 'config/disabled' };
    expect(disabledProblems(await load(folder))).toMatchObject([
      { ...off, message: 'source "stripe" is off: S is not set', at: { file, line: 3, column: 9 } },
      { ...off, message: 'destination "segment" is off: K is not set', at: { file, line: 5, column: 16 } },
    ]);
    expect(disabledProblems(await load(folder, { S: '0123456789abcdef', K: 'k' }))).toEqual([]);
  });

  it('is told once, at the first mapping that needs it', async () => {
    const folder = await temporaryFolder({ 'gateway.yaml': gateway, 'a.yaml': mapping, 'b.yaml': mapping });
    const told = disabledProblems(await load(folder, { S: '0123456789abcdef' }));
    expect(told).toMatchObject([
      {
        message: 'destination "segment" is off: K is not set, and 2 mappings name it',
        at: { file: join(folder, 'a.yaml') },
      },
    ]);
    const [ofOther] = disabledProblems(await load(folder, { S: '0123456789abcdef' }), (file) =>
      file.endsWith('b.yaml'),
    );
    expect(ofOther).toMatchObject({
      at: { file: join(folder, 'b.yaml') },
      excerpt: expect.stringContaining('segment'),
    });
  });

  it('is told at gateway.yaml where only the definitions are left', async () => {
    const folder = await temporaryFolder({ 'gateway.yaml': gateway, 'a.yaml': mapping });
    const { mappings, ...configuration } = await load(folder, { S: '0123456789abcdef' });
    const { definitions } = mappings;
    const at = { file: join(folder, 'gateway.yaml'), line: 1, column: 1 };
    expect(disabledProblems({ ...configuration, mappings: { definitions } })).toMatchObject([{ at }]);
  });

  it('is found under destinations with changes, too', async () => {
    const folder = await temporaryFolder({
      'gateway.yaml': gateway,
      'a.yaml': mapping.replace('[segment, console]', '\n  vemetric: { merge: { a: 1 } }'),
    });
    const messages = disabledProblems(await load(folder, { S: '0123456789abcdef' })).map(({ message }) => message);
    expect(messages).toEqual(['destination "vemetric" is off: V is not set']);
  });
});
