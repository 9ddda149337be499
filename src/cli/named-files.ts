import { filesNamed } from '../config/named-files.ts';
import { GatewayError } from '../model/error.ts';
import { plainText } from './output.ts';

export interface FileChoice {
  /** As in `mapping`. */
  readonly what: string;
  readonly folder: string;
  readonly known: readonly string[];
}

/**
 * The files that a person named; without a name all, as an empty list. Throws CONFIG_INVALID for a name that fits none,
 * and where there is no file: nothing found in the wrong folder must not look like nothing wrong.
 */
export function chooseFiles(typed: readonly string[], { what, folder, known }: FileChoice): readonly string[] {
  if (known.length === 0) {
    throw new GatewayError('CONFIG_INVALID', `there is no ${what} in ${folder}`, {
      hint: 'MAPPINGS_DIR names the folder of gateway.yaml and the mappings; without it, it is ./mappings',
    });
  }
  const named = filesNamed(typed, known);
  if ('files' in named) return named.files;
  throw new GatewayError('CONFIG_INVALID', `no ${what} called ${plainText(named.unknown)} in ${folder}`, {
    hint: named.hint,
  });
}
