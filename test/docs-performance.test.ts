import { describe, expect, it } from 'vitest';
import { scenarios } from '../bench/scenarios/index.ts';
import { readProjectFile } from './support/project-files.ts';

const page = readProjectFile('docs/performance.md');

describe('docs/performance.md', () => {
  it.each(scenarios)('has a place for the figures of the scenario $name', ({ name }) => {
    expect(page).toMatch(new RegExp(`<!-- bench:${name} -->\n[\\s\\S]*?<!-- /bench -->`));
  });

  it('has no place for a scenario that there is not', () => {
    const places = Array.from(page.matchAll(/<!-- bench:(\w+) -->/g), ([, name]) => name);
    expect(places.toSorted()).toEqual(['machine', ...scenarios.map(({ name }) => name)].toSorted());
  });
});
