import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface ProjectFile {
  /** From the root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

const root = fileURLToPath(new URL('../..', import.meta.url));
/** What .gitignore keeps out of the repository, and the repository's own folder. */
const ignored = new Set(['node_modules', 'dist', 'coverage', 'data', 'reports', '.git', '.env']);

export const readProjectFile = (path: string): string => readFileSync(join(root, path), 'utf8');

export const projectFolder = (path: string): readonly string[] => readdirSync(join(root, path));

/** Every file that is or could be committed, below `folder`. */
export function projectFiles(folder = '.'): readonly ProjectFile[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => !ignored.has(entry.name))
    .flatMap((entry) => {
      const path = relative('.', join(folder, entry.name)).replaceAll('\\', '/');
      return entry.isDirectory() ? projectFiles(path) : [{ path, text: readProjectFile(path) }];
    });
}

/** The code without its comments, line by line where it was, so that offenders can be found. */
export function withoutComments(text: string): string {
  return text
    .replace(/^\s*\/\*[\s\S]*?\*\//gm, (comment) => comment.replace(/[^\n]/g, ''))
    .replace(/(^|\s)\/\/ .*$/gm, '$1');
}

/** `path:line` of every line that matches; the files may be stripped of comments first. */
export function linesMatching(files: readonly ProjectFile[], pattern: RegExp): readonly string[] {
  return files.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}  ${line.trim()}`] : [])),
  );
}
