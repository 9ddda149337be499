import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Problem } from '../../src/diagnostics/problem.ts';
import {
  amend,
  changesBetween,
  definitionsIn,
  emptyLibrary,
  type Finding,
  hasRefused,
  haveSameVersions,
  type Library,
  liveIn,
  statusOf,
} from '../../src/mapping/library.ts';
import { definitionOf } from './definitions.ts';

const at = new Date('2026-11-20T10:00:00Z');
const later = new Date('2026-11-20T11:00:00Z');

const definition = (file: string, text: string) =>
  definitionOf(`${text}\nevent: { name: A, user: { id: u } }\ndestinations: [console]\n`, file);

const good = (file: string, text = '# one', problems: readonly Problem[] = []): Finding => ({
  file,
  kind: 'good',
  definition: definition(file, text),
  problems,
});

const problem = (severity: Problem['severity'], line = 1): Problem => ({
  severity,
  code: 'mapping/unreadable',
  message: 'is not as it should be',
  at: { file: 'mappings/a.yaml', line, column: 1 },
  hint: 'write something else',
});

const refused = (file: string, line = 1): Finding => ({
  file,
  kind: 'refused',
  problems: [problem('error', line)],
  failingTests: [],
});

const gone = (file: string): Finding => ({ file, kind: 'gone' });

const libraryAfter = (...findings: readonly Finding[]): Library =>
  findings.reduce((library, finding) => amend(library, [finding], at), emptyLibrary);

const inForce = (library: Library) => definitionsIn(library).map(({ file, version }) => [file, version]);
const versionOf = (file: string, text: string) => definition(file, text).version;

describe('the mappings in force', () => {
  it('are those that were found good, in the order of their files', () => {
    const library = amend(emptyLibrary, [good('b.yaml'), refused('c.yaml'), good('a.yaml')], at);
    expect(definitionsIn(library).map(({ file }) => file)).toEqual(['a.yaml', 'b.yaml']);
    expect([...library.keys()].toSorted()).toEqual(['a.yaml', 'b.yaml', 'c.yaml']);
  });

  it('change with their file', () => {
    const library = libraryAfter(good('a.yaml', '# one'), good('a.yaml', '# two'));
    expect(inForce(library)).toEqual([['a.yaml', versionOf('a.yaml', '# two')]]);
  });

  it('stay when their file breaks, and what is wrong is known', () => {
    const library = libraryAfter(good('a.yaml', '# one'), refused('a.yaml'));
    expect(inForce(library)).toEqual([['a.yaml', versionOf('a.yaml', '# one')]]);
    expect(library.get('a.yaml')).toMatchObject({ problems: [problem('error')], loaded: { at } });
  });

  it('stay as they are when another file changes', () => {
    const before = libraryAfter(good('a.yaml'), refused('b.yaml'));
    const after = amend(before, [good('c.yaml'), gone('d.yaml')], later);
    expect(after.get('a.yaml')).toBe(before.get('a.yaml'));
    expect(after.get('b.yaml')).toBe(before.get('b.yaml'));
  });

  it('end with their file, broken or not', () => {
    expect(libraryAfter(good('a.yaml'), gone('a.yaml')).size).toBe(0);
    expect(libraryAfter(good('a.yaml'), refused('a.yaml'), gone('a.yaml')).size).toBe(0);
  });

  it('do not change what was there before', () => {
    const before = libraryAfter(good('a.yaml'));
    amend(before, [gone('a.yaml'), good('b.yaml')], later);
    expect([...before.keys()]).toEqual(['a.yaml']);
  });

  it('keep the time at which they took effect', () => {
    const before = libraryAfter(good('a.yaml', '# one'));
    const broken = amend(before, [refused('a.yaml')], later);
    expect(amend(broken, [good('a.yaml', '# one')], later).get('a.yaml')?.loaded?.at).toEqual(at);
    expect(amend(broken, [good('a.yaml', '# two')], later).get('a.yaml')?.loaded?.at).toEqual(later);
  });

  it('are compared by their versions', () => {
    const one = libraryAfter(good('a.yaml', '# one'));
    expect(haveSameVersions(one, libraryAfter(good('a.yaml', '# one'), refused('a.yaml'), refused('b.yaml')))).toBe(
      true,
    );
    expect(haveSameVersions(one, libraryAfter(good('a.yaml', '# two')))).toBe(false);
    expect(haveSameVersions(one, libraryAfter(good('b.yaml', '# one')))).toBe(false);
  });

  it('are for every file the last good ones, whatever happens in which order', () => {
    const step = fc.record({
      file: fc.constantFrom('a.yaml', 'b.yaml', 'c.yaml'),
      what: fc.constantFrom('# one', '# two', '# three', 'broken', 'gone'),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        const findings = steps.map(({ file, what }) =>
          what === 'gone' ? gone(file) : what === 'broken' ? refused(file) : good(file, what),
        );
        const expected = new Map<string, string>();
        for (const { file, what } of steps) {
          if (what === 'gone') expected.delete(file);
          else if (what !== 'broken') expected.set(file, versionOf(file, what));
        }
        expect(inForce(libraryAfter(...findings))).toEqual([...expected].toSorted());
      }),
      { numRuns: 50 },
    );
  });
});

describe('the status of a file', () => {
  it.each<[string, readonly Finding[], string]>([
    ['good', [good('a.yaml')], 'live'],
    ['good with a warning', [good('a.yaml', '# one', [problem('warning')])], 'live'],
    ['good and not enabled', [good('a.yaml', 'enabled: false')], 'disabled'],
    ['broken from the start', [refused('a.yaml')], 'refused'],
    ['broken since', [good('a.yaml'), refused('a.yaml')], 'refused'],
    ['not enabled, and broken since', [good('a.yaml', 'enabled: false'), refused('a.yaml')], 'refused'],
    ['good again', [refused('a.yaml'), good('a.yaml')], 'live'],
  ])('that is %s', (_name, findings, status) => {
    const library = libraryAfter(...findings);
    const entry = library.get('a.yaml');
    expect(entry && statusOf(entry)).toBe(status);
    expect(hasRefused(library)).toBe(status === 'refused');
  });

  it('decides whether the mapping takes events: a disabled one is loaded and takes none', () => {
    const library = libraryAfter(good('a.yaml'), good('b.yaml', 'enabled: false'), good('c.yaml'), refused('c.yaml'));
    expect(definitionsIn(library).map(({ file }) => file)).toEqual(['a.yaml', 'b.yaml', 'c.yaml']);
    expect(liveIn(library).map(({ file }) => file)).toEqual(['a.yaml', 'c.yaml']);
  });
});

describe('what there is to tell', () => {
  const kinds = (before: Library, after: Library) =>
    changesBetween(before, after).map(({ file, kind }) => [file, kind]);

  it.each<[string, readonly Finding[], Finding, string | undefined]>([
    ['a new file', [], good('a.yaml'), 'loaded'],
    ['a changed file', [good('a.yaml', '# one')], good('a.yaml', '# two'), 'loaded'],
    ['a file that was saved as it was', [good('a.yaml')], good('a.yaml'), undefined],
    ['a file that breaks', [good('a.yaml')], refused('a.yaml'), 'refused'],
    ['a file that is broken from the start', [], refused('a.yaml'), 'refused'],
    ['a file that is as broken as before', [refused('a.yaml')], refused('a.yaml'), undefined],
    ['a file that is broken elsewhere', [refused('a.yaml', 1)], refused('a.yaml', 2), 'refused'],
    ['a file put back to what is in force', [good('a.yaml'), refused('a.yaml')], good('a.yaml'), 'loaded'],
    ['a file that is gone', [good('a.yaml')], gone('a.yaml'), 'removed'],
    ['a broken file that is gone', [refused('a.yaml')], gone('a.yaml'), 'removed'],
    ['a file that came and went unseen', [], gone('a.yaml'), undefined],
  ])('of %s', (_name, before, finding, kind) => {
    const library = libraryAfter(...before);
    expect(kinds(library, amend(library, [finding], later))).toEqual(kind === undefined ? [] : [['a.yaml', kind]]);
  });

  it('says which version took effect, and why a text did not', () => {
    const before = libraryAfter(good('a.yaml'), good('b.yaml'));
    const after = amend(before, [good('a.yaml', '# two'), refused('b.yaml', 7)], later);
    expect(changesBetween(before, after)).toEqual([
      { file: 'a.yaml', kind: 'loaded', version: versionOf('a.yaml', '# two'), problems: [] },
      { file: 'b.yaml', kind: 'refused', problems: [problem('error', 7)] },
    ]);
  });
});
