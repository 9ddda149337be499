import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { environmentFrom, readEnvironment } from '../../src/config/environment.ts';
import { GatewayError } from '../../src/model/error.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('a variable', () => {
  it('is unset when it is empty', () => {
    const environment = environmentFrom({ A: 'a', B: '', C: undefined });
    expect(['A', 'B', 'C', 'D'].map((name) => environment.get(name))).toEqual(['a', undefined, undefined, undefined]);
  });

  it('may be kept in a file that NAME_FILE names', async () => {
    const folder = await temporaryFolder({ secret: 'from the file\n', blank: ' \n' });
    const environment = environmentFrom({ A_FILE: join(folder, 'secret'), B_FILE: join(folder, 'blank'), C_FILE: '' });
    expect(['A', 'B', 'C'].map((name) => environment.get(name))).toEqual(['from the file', undefined, undefined]);
  });

  it('counts more than its file', async () => {
    const folder = await temporaryFolder({ secret: 'from the file' });
    const file = join(folder, 'secret');
    expect(environmentFrom({ A: 'given', A_FILE: file }).get('A')).toBe('given');
    expect(environmentFrom({ A: '', A_FILE: file }).get('A')).toBe('from the file');
  });

  it('whose file cannot be read is a fault that names variable and file, and no other variable is', () => {
    const environment = environmentFrom({ A_FILE: '/nowhere/secret', B: 'b' });
    expect(() => environment.get('A')).toThrow(GatewayError);
    expect(() => environment.get('A')).toThrow('A_FILE names a file that cannot be read: /nowhere/secret');
    expect(environment.get('B')).toBe('b');
  });
});

describe('the environment of the process', () => {
  const before = process.cwd();
  afterEach(() => {
    process.chdir(before);
    for (const name of ['TEST_FROM_BOTH', 'TEST_FROM_PROCESS']) delete process.env[name];
  });

  it('counts more than the .env file of the working directory', async () => {
    const folder = await temporaryFolder({
      '.env':
        '# a comment\nTEST_FROM_BOTH=file\nTEST_FROM_FILE="quoted # text"\nexport TEST_EXPORTED=yes\nTEST_EMPTY=\n',
    });
    process.chdir(folder);
    process.env.TEST_FROM_BOTH = 'process';
    process.env.TEST_FROM_PROCESS = 'only';
    const environment = readEnvironment();
    expect(environment.get('TEST_FROM_BOTH')).toBe('process');
    expect(environment.get('TEST_FROM_PROCESS')).toBe('only');
    expect(environment.get('TEST_FROM_FILE')).toBe('quoted # text');
    expect(environment.get('TEST_EXPORTED')).toBe('yes');
    expect(environment.get('TEST_EMPTY')).toBeUndefined();
    expect(process.env).not.toHaveProperty('TEST_FROM_FILE');
  });

  it('needs no .env file', async () => {
    process.chdir(await temporaryFolder());
    process.env.TEST_FROM_PROCESS = 'only';
    expect(readEnvironment().get('TEST_FROM_PROCESS')).toBe('only');
  });

  it('with a .env that cannot be read is a fault', async () => {
    process.chdir(await temporaryFolder({ '.env/a-folder': '' }));
    expect(() => readEnvironment()).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: '.env cannot be read' }),
    );
  });
});
