import { setImmediate as others } from 'node:timers/promises';
import type { MappingDefinition } from '../mapping/compile.ts';
import { type Reader, readersOf } from '../mapping/lineage/readers.ts';

/** An expression of some mapping that has to do with a place of the body. */
export interface MappingReader extends Pick<Reader, 'path' | 'expression' | 'match'> {
  readonly file: string;
}

/** Those of all mappings for a source; events go on between one mapping and the next. */
export async function mappingReaders(
  definitions: readonly MappingDefinition[],
  source: string,
  keys: readonly string[],
): Promise<readonly MappingReader[]> {
  const found: MappingReader[] = [];
  for (const definition of definitions.filter(({ content }) => content.source === source)) {
    const { file } = definition;
    const readers = readersOf(definition, keys);
    found.push(...readers.map(({ path, expression, match }) => ({ file, path, expression, match })));
    await others();
  }
  return found;
}
