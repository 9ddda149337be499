import { BlockList } from 'node:net';
import { describe, expect, it } from 'vitest';
import { environmentFrom, environmentVariables } from '../../src/config/environment.ts';
import { logLevels, readSettings } from '../../src/config/settings.ts';
import type { GatewayError } from '../../src/model/error.ts';

const settings = (variables: Readonly<Record<string, string>> = {}) => readSettings(environmentFrom(variables));

function faultOf(variables: Readonly<Record<string, string>>): GatewayError {
  try {
    settings(variables);
  } catch (error) {
    return error as GatewayError;
  }
  throw new Error('accepted');
}

const day = 86_400_000;

describe('the settings', () => {
  it('all have a default', () => {
    expect(settings()).toEqual({
      host: '0.0.0.0',
      port: 8080,
      adminHost: '127.0.0.1',
      adminPort: 8081,
      adminToken: undefined,
      adminUrl: undefined,
      adminHosts: [],
      adminProxy: undefined,
      publicUrl: undefined,
      mappingsDir: './mappings',
      dataDir: './data',
      databaseUrl: undefined,
      disk: { reserveBytes: undefined, ballastBytes: undefined },
      keep: { deliveredMs: 30 * day, deadMs: 90 * day, keysMs: 365 * day },
      interprets: false,
      editsMappings: true,
      logLevel: 'info',
    });
  });

  it('are what the environment says', () => {
    const token = 'x'.repeat(32);
    expect(
      settings({
        HOST: '::1',
        PORT: '0',
        ADMIN_HOST: '0.0.0.0',
        ADMIN_PORT: '65535',
        ADMIN_TOKEN: token,
        ADMIN_URL: 'https://Console.example.com/',
        ADMIN_HOSTS: 'Gateway, console.internal',
        ADMIN_PROXY: '10.0.0.5, 172.18.0.0/16,fd00::/8',
        ADMIN_PROXY_SECRET: 's'.repeat(32),
        ADMIN_USER_HEADER: 'X-Forwarded-User',
        PUBLIC_URL: 'https://hooks.example.com/gateway//',
        MAPPINGS_DIR: '/mappings',
        DATA_DIR: '/data',
        DATABASE_URL: 'postgres://hookstitch:secret@db/events',
        DISK_RESERVE_MB: '512',
        DISK_BALLAST_MB: '0',
        KEEP_DELIVERED_DAYS: '7',
        KEEP_DEAD_DAYS: '7',
        KEEP_KEYS_DAYS: '14',
        COMPILE_EXPRESSIONS: 'false',
        EDIT_MAPPINGS: 'false',
        LOG_LEVEL: 'debug',
      }),
    ).toEqual({
      host: '::1',
      port: 0,
      adminHost: '0.0.0.0',
      adminPort: 65_535,
      adminToken: token,
      adminUrl: 'https://console.example.com',
      adminHosts: ['gateway', 'console.internal'],
      adminProxy: { addresses: expect.any(BlockList), secret: 's'.repeat(32), userHeader: 'x-forwarded-user' },
      publicUrl: 'https://hooks.example.com/gateway',
      mappingsDir: '/mappings',
      dataDir: '/data',
      databaseUrl: 'postgres://hookstitch:secret@db/events',
      disk: { reserveBytes: 512 * 1024 * 1024, ballastBytes: 0 },
      keep: { deliveredMs: 7 * day, deadMs: 7 * day, keysMs: 14 * day },
      interprets: true,
      editsMappings: false,
      logLevel: 'debug',
    });
  });

  it('that are set to nothing have their default', () => {
    const empty = Object.fromEntries(environmentVariables.map(({ name }) => [name, '']));
    expect(settings(empty)).toEqual(settings());
  });

  it.each(logLevels)('log at level %s', (level) => {
    expect(settings({ LOG_LEVEL: level }).logLevel).toBe(level);
  });

  it.each([
    ['PORT', 'http'],
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', '80.5'],
    ['ADMIN_PORT', '8081 '.repeat(2)],
    ['ADMIN_TOKEN', 'x'.repeat(31)],
    ['ADMIN_URL', 'console.example.com'],
    ['ADMIN_URL', 'https://example.com/console'],
    ['ADMIN_HOSTS', 'http://console.example.com'],
    ['ADMIN_HOSTS', 'gateway:8081'],
    ['ADMIN_HOSTS', '*.example.com'],
    ['ADMIN_PROXY', 'proxy'],
    ['ADMIN_PROXY', '0.0.0.0/0'],
    ['ADMIN_PROXY_SECRET', 'x'.repeat(31)],
    ['ADMIN_PROXY_SECRET', 'x'.repeat(32)],
    ['ADMIN_USER_HEADER', 'X-Forwarded-User'],
    ['ADMIN_USER_HEADER', 'Authorization'],
    ['PUBLIC_URL', 'hooks.example.com'],
    ['PUBLIC_URL', 'ftp://hooks.example.com'],
    ['DISK_RESERVE_MB', 'half'],
    ['DISK_BALLAST_MB', '-1'],
    ['KEEP_DELIVERED_DAYS', '0'],
    ['KEEP_DEAD_DAYS', '29'],
    ['LOG_LEVEL', 'verbose'],
  ])('refuse %s=%s and name the variable', (name, value) => {
    expect(faultOf({ [name]: value })).toMatchObject({
      name: 'GatewayError',
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(new RegExp(`^${name}: `)),
      hint: expect.any(String),
    });
  });

  it('say what a token has to be, and never what it is', () => {
    const fault = faultOf({ ADMIN_TOKEN: 'too-short-a-secret' });
    expect(fault.message).toBe('ADMIN_TOKEN: must have at least 32 characters');
  });

  it('name every variable that is wrong', () => {
    expect(faultOf({ PORT: 'a', LOG_LEVEL: 'b' }).message).toMatch(/PORT: .*; LOG_LEVEL: /);
  });
});
