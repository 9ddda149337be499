import { basename, resolve } from 'node:path';
import { closest } from '../diagnostics/closest.ts';

export type NamedFiles =
  | { readonly files: readonly string[] }
  | {
      readonly unknown: string;
      /** What it most likely means, or what there is. */
      readonly hint: string;
    };

/** A shorter word is the beginning of too much. */
const beginningMin = 3;

/** Which of the known files are meant by what was typed: a path, or a file's name with or without its ending. */
export function filesNamed(typed: readonly string[], known: readonly string[]): NamedFiles {
  const files: string[] = [];
  for (const name of typed) {
    const found = known.find((path) => resolve(path) === resolve(name) || namesOfFile(path).includes(name));
    if (found === undefined) return { unknown: name, hint: hintFor(name, known) };
    files.push(found);
  }
  return { files };
}

const withoutEnding = (path: string): string => basename(path).replace(/\.ya?ml$/, '');

const namesOfFile = (path: string): readonly string[] => [basename(path), withoutEnding(path)];

function hintFor(name: string, known: readonly string[]): string {
  const wanted = withoutEnding(name);
  const near = closest(wanted, known.map(withoutEnding));
  const begun = wanted.length < beginningMin ? [] : known.filter((path) => withoutEnding(path).startsWith(wanted));
  const meant = near === undefined ? begun : known.filter((path) => withoutEnding(path) === near);
  const names = (meant.length === 0 ? known : meant).map((path) => basename(path));
  return meant.length === 0 ? `there are ${names.join(', ')}` : `did you mean ${names.join(' or ')}?`;
}
