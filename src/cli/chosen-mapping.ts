import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { mappingFileNames } from '../mapping/folder.ts';
import { GatewayError } from '../model/error.ts';
import { plainText } from './output.ts';

/** A mapping file that a person named. */
export interface ChosenMapping {
  /** The file's name inside the mappings folder. */
  readonly name: string;
  /** Where it lies, as it is shown to people. */
  readonly path: string;
  readonly text: string;
}

/** By file name with or without its ending, or by path. Throws CONFIG_INVALID where there is none. */
export async function chooseMapping(wanted: string, folder: string): Promise<ChosenMapping> {
  const endings = /\.ya?ml$/.test(wanted) ? [''] : ['.yaml', '.yml'];
  const isPath = /[\\/]/.test(wanted);
  const places = isPath ? [wanted] : [join(folder, wanted), wanted];
  for (const path of places.flatMap((place) => endings.map((ending) => place + ending))) {
    const text = await textAt(path);
    if (text !== undefined) return { name: basename(path), path, text };
  }
  const names = await mappingFileNames(folder).catch(() => []);
  throw new GatewayError('CONFIG_INVALID', `no mapping called "${plainText(wanted)}"`, {
    hint:
      names.length === 0
        ? `there are none in ${folder}; MAPPINGS_DIR names their folder`
        : `there are ${names.join(', ')}`,
  });
}

async function textAt(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    // The next place may have it.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new GatewayError('CONFIG_INVALID', `${path} cannot be read`, { cause: error });
  }
}
