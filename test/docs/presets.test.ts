import { describe, expect, it } from 'vitest';
import { sources } from '../../src/sources/index.ts';
import { expectGeneratedPart } from '../support/generated.ts';
import { readProjectFile } from '../support/project-files.ts';
import { presets, presetsPage, slug, sourcesTable } from './presets-page.ts';

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

  it.each(presets)('names in the steps where the secret goes: $title', ({ setup, secret }) => {
    expect(setup.join('\n')).toContain(secret.variable);
  });

  it('leaves out no source that there is', () => {
    const titles = Object.values(sources).map(({ title }) => title);
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
