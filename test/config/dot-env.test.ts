import { parseEnv } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dotEnv, variablesToSet } from '../../src/config/dot-env.ts';
import { namedInGatewayFile } from '../support/known-variables.ts';
import { readProjectFile } from '../support/project-files.ts';

const variables = variablesToSet(readProjectFile('mappings/gateway.yaml'));

describe('the variables to set', () => {
  it('are those that gateway.yaml names, and the public URL, each with what it is', () => {
    expect(variables.map(({ name }) => name)).toEqual([...namedInGatewayFile(), 'PUBLIC_URL']);
    expect(variables.filter(({ description }) => !description.includes(' '))).toEqual([]);
  });

  it('are needed where a source or destination is off without them', () => {
    expect(variables.filter(({ isNeeded }) => isNeeded).map(({ name }) => name)).toEqual([
      'STRIPE_WEBHOOK_SECRET',
      'CALLRAIL_SIGNING_KEY',
      'HUBSPOT_CLIENT_SECRET',
      'USERMAVEN_API_KEY',
      'USERMAVEN_SERVER_TOKEN',
      'VEMETRIC_TOKEN',
      'UMAMI_URL',
      'UMAMI_WEBSITE_ID',
      'SEGMENT_WRITE_KEY',
    ]);
  });
});

describe('a .env', () => {
  it('is read back as it was meant, whatever a secret is made of', () => {
    const secret = fc.string({ unit: 'grapheme-ascii' }).filter((text) => !/["'`]/.test(text) && text.trim() === text);
    fc.assert(
      fc.property(secret, fc.constantFrom('', "it's", 'say "x"', 'a#b', 'a b', '$HOME', 'a=b'), (text, odd) => {
        const value = text + odd;
        const read = parseEnv(dotEnv(variables, { STRIPE_WEBHOOK_SECRET: value }));
        expect(read.STRIPE_WEBHOOK_SECRET).toBe(value);
        expect(Object.keys(read).toSorted()).toEqual(variables.map(({ name }) => name).toSorted());
      }),
    );
  });

  it('keeps what it says already, and gets what it does not', () => {
    const before = '# mine\nSTRIPE_WEBHOOK_SECRET=whsec_1\nOTHER=2\n';
    const after = dotEnv(variables, { STRIPE_WEBHOOK_SECRET: 'another', VEMETRIC_TOKEN: 'v' }, before);
    expect(after.startsWith(before)).toBe(true);
    expect(parseEnv(after)).toMatchObject({ STRIPE_WEBHOOK_SECRET: 'whsec_1', OTHER: '2', VEMETRIC_TOKEN: 'v' });
    expect(dotEnv(variables, {}, after)).toBe(after);
  });
});
