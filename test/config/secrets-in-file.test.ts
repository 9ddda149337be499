import { describe, expect, it } from 'vitest';
import { environmentFrom } from '../../src/config/environment.ts';
import { readGatewayFile } from '../../src/config/gateway-file.ts';

const secret = 'whsec_pa$$word0123456789';

const toldOf = (text: string): string =>
  JSON.stringify(
    readGatewayFile('gateway.yaml', text, { environment: environmentFrom({}), publicUrl: undefined }).problems,
  );

describe('a secret in gateway.yaml', () => {
  it.each([
    ['in plain', `sources:\n  stripe: { type: strpe, secret: ${secret} }\n`],
    ['in quotes', `sources:\n  stripe: { type: strpe, "secret": "${secret}" }\n`],
    ['in a list', `sources:\n  stripe: { type: strpe, secret: ['\${A}', ${secret}] }\n`],
    ['in a list below', `sources:\n  stripe:\n    secret:\n      - \${A}\n      - ${secret}\n    type: strpe\n`],
    ['as a default', `sources:\n  stripe: { type: strpe, secret: "\${A:-${secret}}" }\n`],
    ['behind a mistake of its own', `sources:\n  stripe: { type: stripe, secret: "${secret} \${A" }\n`],
    ['as a number', 'destinations:\n  segment: { type: segment, write_key: 0123456789 }\n'],
    ['in a line that is no YAML', `sources:\n  stripe:\n    type: stripe\n    secret:${secret}\n`],
  ])('is never shown again, %s', (_where, text) => {
    const told = toldOf(`version: 1\n${text}`);
    expect(told).toMatch(/"severity":/);
    expect(told).not.toContain('pa$$word');
    expect(told).not.toContain('0123456789');
  });

  it('leaves the names of variables and everything else to be read', () => {
    const told = toldOf(
      'version: 1\nsources:\n  stripe: { type: strpe, secret: "${STRIPE_SECRET:?see the Workbench}" }\n',
    );
    expect(told).toContain('STRIPE_SECRET is not set: see the Workbench');
    expect(told).toContain('secret: \\"${STRIPE_SECRET:?see the Workbench}\\"');
  });
});
