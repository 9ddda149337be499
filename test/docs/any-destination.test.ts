import { describe, expect, it } from 'vitest';
import { environmentFrom } from '../../src/config/environment.ts';
import { loadGatewayConfiguration } from '../../src/config/load.ts';
import { http } from '../../src/destinations/http.ts';
import { readProjectFile } from '../support/project-files.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { printedGateways } from './any-destination.ts';

describe('docs/any-destination.md', () => {
  it('prints several', () => expect(printedGateways.length).toBe(5));

  it.each(printedGateways.map((text) => [/^ {2}(\w+):$/m.exec(text)?.[1], text] as const))(
    'prints a %s that is valid',
    async (_name, text) => {
      const folder = await temporaryFolder({ 'gateway.yaml': text });
      const { file } = await loadGatewayConfiguration(environmentFrom({ MAPPINGS_DIR: folder }));
      expect(file.problems).toEqual([]);
      expect(file.destinations.map(({ destination }) => destination.name)).toEqual(['http']);
    },
  );

  it('names every setting that other destinations do not have', () => {
    const text = readProjectFile('docs/any-destination.md');
    const own = [
      'secret_path',
      'token',
      'username',
      'password',
      'auth_header',
      'id_header',
      'answers',
      ...(http.templates ?? []),
    ];
    expect(own.filter((key) => !text.includes(`\`${key}\``))).toEqual([]);
  });
});
