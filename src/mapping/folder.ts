import { constants } from 'node:fs';
import { type FileHandle, open, readdir, realpath } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Problem } from '../diagnostics/problem.ts';

/** The files of the mappings folder, read so that nobody is led out of it, kept waiting or drowned. */

export const gatewayFileName = 'gateway.yaml';
/** Where `events pin` puts fixtures, and where they are looked for. */
export const fixturesFolder = 'fixtures';

/** The names of the mapping files, in order. Hidden files are editors' own; a link is a file that cannot be read. */
export async function mappingFileNames(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries
    .filter((entry) => (entry.isFile() || entry.isSymbolicLink()) && isMappingFileName(entry.name))
    .map(({ name }) => name)
    .sort();
}

export const isMappingFileName = (name: string): boolean =>
  /^[^./][^/]*\.ya?ml$/.test(name) && name !== gatewayFileName;

/** The names of the files for tests, in order; none where there is no folder of them. */
export async function fixtureNames(folder: string): Promise<readonly string[]> {
  const path = join(folder, fixturesFolder);
  if (!(await isInside(folder, path).catch(() => false))) return [];
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
    .sort();
}

/** A file's text, or why there is none. */
export type ReadText = { readonly text: string } | Pick<Problem, 'code' | 'message' | 'hint'>;

/** Reads a plain file of at most `bytesMax` bytes; a larger one is refused before any of it is read. */
export async function readText(path: string, bytesMax: number): Promise<ReadText> {
  try {
    // A link could point at a file that is no mapping; a pipe would keep us waiting for ever.
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      return await textOf(file, bytesMax);
    } finally {
      await file.close();
    }
  } catch (error) {
    // The other files still count, and this one is told.
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    if (code === 'ELOOP') return unreadable('is a symbolic link; links are not followed', 'put the file itself here');
    return unreadable(`cannot be read (${code})`, 'see that it is there and that the gateway may read it');
  }
}

async function textOf(file: FileHandle, bytesMax: number): Promise<ReadText> {
  const status = await file.stat();
  if (!status.isFile()) return unreadable('is not a plain file', 'put a plain file here');
  if (status.size <= bytesMax) return { text: await file.readFile('utf8') };
  const message = `larger than ${bytesMax / 1024} KB`;
  return { code: 'yaml/too-large', message, hint: 'split it into several files' };
}

const unreadable = (message: string, hint: string): ReadText => ({ code: 'mapping/unreadable', message, hint });

/** True when `path` is inside `folder` once every link on the way is followed. */
export async function isInside(folder: string, path: string): Promise<boolean> {
  const way = relative(await realpath(folder), await realpath(path));
  return way !== '' && way.split(/[\\/]/)[0] !== '..';
}
