import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { filesNamed } from '../config/named-files.ts';
import { mappingFileNames } from '../mapping/folder.ts';
import { GatewayError } from '../model/error.ts';
import { chooseFiles } from './named-files.ts';

/** A mapping file that a person named. */
export interface ChosenMapping {
  /** The file's name inside the mappings folder. */
  readonly name: string;
  /** Where it lies, as it is shown to people. */
  readonly path: string;
  readonly text: string;
}

/** One of the folder by its name, with or without its ending, or any by its path. Throws CONFIG_INVALID where there is none. */
export async function chooseMapping(wanted: string, folder: string): Promise<ChosenMapping> {
  const names = await mappingFileNames(folder).catch(() => []);
  const known = names.map((name) => join(folder, name));
  const isKnown = 'files' in filesNamed([wanted], known);
  // One that is not in the folder yet may be tried, too.
  for (const path of isKnown ? [] : endings(wanted).map((ending) => wanted + ending)) {
    const text = await textAt(path);
    if (text !== undefined) return { name: basename(path), path, text };
  }
  const [path = wanted] = chooseFiles([wanted], { what: 'mapping', folder, known });
  const text = await textAt(path);
  if (text === undefined) throw new GatewayError('CONFIG_INVALID', `${path} cannot be read`);
  return { name: basename(path), path, text };
}

const endings = (path: string): readonly string[] => (/\.ya?ml$/.test(path) ? [''] : ['.yaml', '.yml']);

async function textAt(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    // The next place may have it.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new GatewayError('CONFIG_INVALID', `${path} cannot be read`, { cause: error });
  }
}
