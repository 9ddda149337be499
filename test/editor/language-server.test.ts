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

  /** What is underlined, as `message: the text from there on`. */
  async function underlined(path: string, text: string): Promise<readonly string[]> {
    const lines = text.split('\n');
    const told = await server.diagnose(`${folder}${path}`, text);
    return told.map(({ message, range: { start } }) => `${message} ${lines[start.line]?.slice(start.character)}`);
  }

  it.each([
    ['the file', 'nam', `nam: x\n${event}\ndestinations: [umami]`],
    ['event', 'nam', 'event: { nam: A, user: { id: =id } }\ndestinations: [umami]'],
    ['event.user', 'idd', 'event: { name: A, user: { idd: =id } }\ndestinations: [umami]'],
    ['event.company', 'nam', 'event: { name: A, user: { id: =id }, company: { nam: x } }\ndestinations: [umami]'],
    [
      'event.revenue',
      'curency',
      'event: { name: A, user: { id: =id }, revenue: { amount: 1, curency: x } }\ndestinations: [umami]',
    ],
    ['event.context', 'urll', 'event: { name: A, user: { id: =id }, context: { urll: x } }\ndestinations: [umami]'],
    ['a destination', 'mergee', `${event}\ndestinations: { umami: { mergee: {} } }`],
    ['a test', 'expct', `${event}\ndestinations: [umami]\ntests: [{ name: x, given: {}, expct: skipped }]`],
  ])('underlines an unknown key in %s', async (section, key, part) => {
    const found = await underlined(`check-${section.replaceAll(/\W/g, '-')}.yaml`, mapping(part));
    expect(found).toEqual([expect.stringMatching(new RegExp(`^Property ${key} is not allowed\\. ${key}: `))]);
  });

  it.each([
    ['a source', 'secrt', 'sources: { stripe: { type: stripe, secret: "${A}", secrt: x } }'],
    [
      'a destination',
      'hostnam',
      'destinations: { umami: { type: umami, url: "${A}", website_id: "${B}", hostnam: x } }',
    ],
    [
      'retry',
      'max_attemps',
      'destinations: { umami: { type: umami, url: "${A}", website_id: "${B}", retry: { max_attemps: 3 } } }',
    ],
    ['the file', 'surces', 'surces: {}'],
  ])('underlines an unknown key of gateway.yaml in %s', async (section, key, part) => {
    const text = `# yaml-language-server: $schema=./schema/gateway.v1.json\nversion: 1\n${part}\n`;
    const found = await underlined(`gateway-${section.replaceAll(/\W/g, '-')}.yaml`, text);
    expect(found).toEqual([expect.stringMatching(new RegExp(`^Property ${key} is not allowed\\. ${key}: `))]);
  });
});
