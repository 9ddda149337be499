import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LanguageServer, startLanguageServer } from './yaml-language-server.ts';

const folder = fileURLToPath(new URL('../../mappings/', import.meta.url));
const shipped = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

let server: LanguageServer;
beforeAll(async () => {
  server = await startLanguageServer();
}, 30_000);
afterAll(() => server.stop());

const mapping = (part: string): string => `# yaml-language-server: $schema=./schema/mapping.v1.json
version: 1
name: check
source: stripe
${part}
`;
const event = 'event: { name: A, user: { id: =id } }';

describe('an editor', () => {
  it.each(shipped)('has nothing to say about mappings/%s', async (name) => {
    const text = readFileSync(`${folder}${name}`, 'utf8');
    expect(text).toMatch(/^# yaml-language-server: \$schema=\.\/schema\/(mapping|gateway)\.v1\.json\n/);
    expect(await server.diagnose(`${folder}${name}`, text)).toEqual([]);
  });

  it.each([
    ['the file', `nam: x\n${event}\ndestinations: [umami]`],
    ['event', 'event: { nam: A, user: { id: =id } }\ndestinations: [umami]'],
    ['event.user', 'event: { name: A, user: { idd: =id } }\ndestinations: [umami]'],
    ['event.company', 'event: { name: A, user: { id: =id }, company: { nam: x } }\ndestinations: [umami]'],
    [
      'event.revenue',
      'event: { name: A, user: { id: =id }, revenue: { amount: 1, curency: x } }\ndestinations: [umami]',
    ],
    ['event.context', 'event: { name: A, user: { id: =id }, context: { urll: x } }\ndestinations: [umami]'],
    ['a destination', `${event}\ndestinations: { umami: { mergee: {} } }`],
    ['a test', `${event}\ndestinations: [umami]\ntests: [{ name: x, given: {}, expct: skipped }]`],
  ])('underlines an unknown key in %s', async (section, part) => {
    const diagnostics = await server.diagnose(`${folder}check-${section.replaceAll(/\W/g, '-')}.yaml`, mapping(part));
    expect(diagnostics.map(({ message }) => message).join('\n')).toMatch(/not allowed|Incorrect type/);
  });

  it.each([
    ['a source', 'sources: { stripe: { type: stripe, secret: "${A}", secrt: x } }'],
    ['a destination', 'destinations: { umami: { type: umami, url: "${A}", website_id: "${B}", hostnam: x } }'],
    ['the file', 'surces: {}'],
  ])('underlines an unknown key of gateway.yaml in %s', async (section, part) => {
    const text = `# yaml-language-server: $schema=./schema/gateway.v1.json\nversion: 1\n${part}\n`;
    const diagnostics = await server.diagnose(`${folder}gateway-${section.replaceAll(/\W/g, '-')}.yaml`, text);
    expect(diagnostics.map(({ message }) => message).join('\n')).toMatch(/not allowed/);
  });
});
