import { describe, expect, it } from 'vitest';
import { projectFiles, projectFolder } from '../support/project-files.ts';

/** Each verb is a file; those of a group begin with its name. */
const verbs = new Set(projectFolder('src/cli/commands').map((name) => name.replace('.ts', '')));

describe('a command that is named anywhere', () => {
  it('is one that there is', () => {
    const files = projectFiles().filter(({ path }) => /^(src|docs|mappings|[^/]+$)/.test(path));
    const named = files.flatMap(({ path, text }) =>
      [...text.matchAll(/(?:`hookstitch (?=[^`$\n]*`)|\$ hookstitch |npm run hookstitch -- )([a-z]+)/g)].map(
        ([, verb = '']) => ({
          path,
          verb,
        }),
      ),
    );
    expect(named.length).toBeGreaterThan(30);
    expect(named.filter(({ verb }) => !verbs.has(verb))).toEqual([]);
  });
});
