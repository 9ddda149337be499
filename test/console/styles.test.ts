import { describe, expect, it } from 'vitest';
import { projectFiles } from '../support/project-files.ts';

/** The class that a rule begins with, which is whom it is about. */
const subjectsOf = (css: string): ReadonlySet<string> => {
  const rules = css.replaceAll(/\/\*.*?\*\//gs, '').matchAll(/([^{}]+)\{/g);
  const selectors = Array.from(rules, ([, selector = '']) => selector.split(',')).flat();
  return new Set(selectors.flatMap((selector) => /^\s*[a-z]*\.([\w-]+)/.exec(selector)?.[1] ?? []));
};

const styles = projectFiles('src/console')
  .filter(({ path }) => path.endsWith('.css'))
  .map(({ path, text }) => ({ path, subjects: subjectsOf(text) }));

/** What all views are made of; a view adds to it by a second class, as in `.facts.even`. */
const common = styles.find(({ path }) => path === 'src/console/console.css')?.subjects ?? new Set();

describe('the styles of a view', () => {
  it('are about no class of another view: the styles of those that were opened before stay on the page', () => {
    const all = styles.flatMap(({ path, subjects }) => [...subjects].map((subject) => ({ path, subject })));
    const contested = [...Map.groupBy(all, ({ subject }) => subject)].filter(
      ([subject, places]) => places.length > 1 && !common.has(subject),
    );
    expect(contested.map(([subject, places]) => [subject, ...places.map(({ path }) => path)])).toEqual([]);
  });
});
