import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { destinations } from '../src/destinations/index.ts';
import { checkMappings } from '../src/mapping/check.ts';
import { readMapping } from '../src/mapping/load.ts';
import { stripe } from '../src/sources/stripe.ts';

const root = new URL('../', import.meta.url);
const readme = readFileSync(new URL('README.md', root), 'utf8');
const scripts = Object.keys(
  (JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { scripts: object }).scripts,
);

describe('the README', () => {
  it('stays under 200 lines', () => {
    expect(readme.split('\n').length).toBeLessThan(200);
  });

  it('links only to files that exist', () => {
    const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, path]) => path ?? '');
    expect(links.length).toBeGreaterThan(5);
    expect(links.filter((path) => !existsSync(new URL(path, root)))).toEqual([]);
  });

  it('names only npm scripts that exist', () => {
    const named = [...readme.matchAll(/npm (?:run )?([a-z][\w:]*)/g)].map(([, script]) => script ?? '');
    expect(named.filter((script) => !['ci', 'are', ...scripts].includes(script))).toEqual([]);
  });

  it('shows a mapping that loads and passes its own tests', async () => {
    const text = /```yaml\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
    const known = { sources: ['stripe'], destinations: ['usermaven', 'segment'] };
    const { definition, problems } = readMapping({ name: 'example.yaml', shown: 'README.md' }, text, known);
    expect(problems).toEqual([]);

    const results = await checkMappings({
      folder: '.',
      definitions: definition === undefined ? [] : [definition],
      vars: {},
      interprets: false,
      destinations: (['usermaven', 'segment'] as const).map((name) => ({
        name,
        destination: destinations[name],
        settings: destinations[name].sample,
      })),
      describe: (_source, body) => {
        const parsed = stripe.parse(body, {
          method: 'POST',
          url: '',
          kind: null,
          headers: {},
          body: Buffer.from(''),
          receivedAt: new Date(0),
        });
        return 'events' in parsed ? parsed.events[0] : undefined;
      },
    });

    expect(results).toEqual([expect.objectContaining({ name: 'a customer becomes an event', failures: [] })]);
  });
});
