import { describe, expect, it } from 'vitest';
import { projectFiles, readProjectFile } from '../support/project-files.ts';
import { forEveryChange, scenarios } from './registry.ts';
import { type SizeName, sizeInWords } from './scenario.ts';

/** The rows of the table in docs/torture.md. */
const rows = [...readProjectFile('docs/torture.md').matchAll(/^\| `([\w-]+)` \|[^|]*\| ([^|]*) \| ([^|]*) \|$/gm)];
const names = scenarios.map(({ name }) => name);

describe('the torture suite', () => {
  it('has a scenario for each file that defines one, under its name', () => {
    const defining = projectFiles('test/torture').filter(
      ({ path, text }) => !path.endsWith('/scenario.ts') && /= defineScenario\(/.test(text),
    );
    const files = defining.map(({ path }) => path.slice('test/torture/'.length, -'.ts'.length));
    expect(names.toSorted()).toEqual(files.toSorted());
  });

  it('is described in docs/torture.md, in the order in which it runs', () => {
    expect(rows.map(([, name]) => name)).toEqual(names);
  });

  it.each(scenarios)('says in docs/torture.md how large $name is, and how long it takes', ({ name, sizes }) => {
    const [, , ci, release] = rows.find(([, named]) => named === name) ?? [];
    const told = (size: SizeName): RegExp => new RegExp(`^${sizeInWords(sizes[size])} \\(\\d+ (s|min|h)\\)$`);
    expect(ci).toMatch(told('ci'));
    expect(release).toMatch(told('release'));
  });

  it('says in docs/torture.md which of them every change has to pass', () => {
    const [, told = ''] = /^`torture:ci` runs ([^:]*):/m.exec(readProjectFile('docs/torture.md')) ?? [];
    const listed = Array.from(told.matchAll(/`([\w-]+)`/g), ([, name]) => name);
    expect(listed.toSorted()).toEqual(forEveryChange.map(({ name }) => name).toSorted());
  });

  it('says of each scenario in one sentence what it does', () => {
    const longer = scenarios.filter(({ description }) => !/^[A-Z][^.]*\.$/.test(description));
    expect(longer.map(({ name }) => name)).toEqual([]);
  });
});
