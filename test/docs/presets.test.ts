import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { environmentFrom } from '../../src/config/environment.ts';
import { readGatewayFile } from '../../src/config/gateway-file.ts';
import { sourceNamed } from '../../src/sources/index.ts';
import { presetFile } from '../../src/sources/preset/preset-file.ts';
import { expectGeneratedPart } from '../support/generated.ts';
import { readProjectFile } from '../support/project-files.ts';
import { presets, presetsPage, slug, sourcesInCode, sourcesTable } from './presets-page.ts';

describe('the documentation of the presets', () => {
  it('is a page made of them', () => {
    expectGeneratedPart('docs/presets.md', 'presets', presetsPage());
  });

  it('is a table in the README, with the sources that are code', () => {
    expectGeneratedPart('README.md', 'sources', sourcesTable());
  });

  it.each(presets)('has a page of the sender, steps with our address, and notes: $title', ({ docs, setup, notes }) => {
    expect(docs).toMatch(/^https:/);
    expect(setup.length).toBeGreaterThan(1);
    expect(setup.join('\n')).toContain('<url>');
    expect(notes).not.toEqual([]);
  });

  it.each(['docs', 'setup', 'samples', 'group', 'secret', 'verify'])(
    'is not there for a preset without %s, which is refused',
    (key) => {
      const file = parse(readProjectFile('src/sources/presets/paddle.yaml')) as Record<string, unknown>;
      expect(presetFile.safeParse(file).success).toBe(true);
      const { [key]: _gone, ...others } = file;
      expect(presetFile.safeParse(others).error?.issues).toMatchObject([{ path: [key] }]);
    },
  );

  it.each(presets)('names in the steps where the secret goes: $title', ({ setup, secret }) => {
    expect(setup.join('\n')).toContain(secret.variable);
  });

  it('leaves out no source that there is', () => {
    const titles = sourcesInCode.map(({ title }) => title);
    expect(titles).toContain('Stripe');
    expect(titles.filter((title) => !sourcesTable().includes(`[${title}]`))).toEqual([]);
  });

  it('links from the table to headings that are there', () => {
    const links = Array.from(sourcesTable().matchAll(/\]\(([^)#]+)#([^)]+)\)/g), ([, path = '', anchor = '']) => ({
      path,
      anchor,
    }));
    const headings = (path: string) =>
      Array.from(readProjectFile(path).matchAll(/^#{2,3} (.+)$/gm), ([, heading = '']) => slug(heading));
    expect(links.length).toBeGreaterThan(presets.length);
    expect(links.filter(({ path, anchor }) => !headings(path).includes(anchor))).toEqual([]);
  });
});

describe('the sources that docs/sources.md and docs/presets.md show', () => {
  const shown = ['docs/sources.md', 'docs/presets.md'].flatMap((page) =>
    Array.from(readProjectFile(page).matchAll(/```yaml\n(sources:[\s\S]*?)```/g), ([, text = '']) => ({ page, text })),
  );

  it('are some', () => {
    expect(shown.length).toBeGreaterThanOrEqual(3);
  });

  it.each(shown)('are taken as they stand: $page $text', ({ page, text }) => {
    const variables = [...text.matchAll(/\$\{([A-Z_]+)/g)].map(([, name = '']) => [name, 'a_secret_of_the_docs']);
    const environment = environmentFrom(Object.fromEntries(variables));
    const { sources, problems } = readGatewayFile(page, `version: 1\n${text}`, {
      environment,
      publicUrl: undefined,
      sourceNamed,
    });
    expect(problems).toEqual([]);
    expect(sources.map(({ off }) => off)).toEqual([null]);
  });
});
