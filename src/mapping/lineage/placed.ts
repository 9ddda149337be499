import type { Position } from '../../model/error.ts';
import type { Json } from '../../model/json.ts';
import type { YamlFile } from '../../yaml/document.ts';
import { valueAt } from '../perturbation.ts';
import type { MappingFile } from '../schema.ts';
import { type Lineage, lineageOf } from './lineage.ts';

/** An expression with the places in the file where it starts and ends. */
export interface PlacedLineage extends Lineage {
  readonly at: Position;
  readonly end: Position;
}

/** What every expression of a text reads. */
export const placedLineage = (
  content: MappingFile,
  yaml: Pick<YamlFile, 'positionInText' | 'value'>,
): readonly PlacedLineage[] =>
  lineageOf(content).map((lineage) => {
    const written = valueAt(yaml.value as Json, lineage.path);
    const length = typeof written === 'string' ? written.trimEnd().length : 0;
    return {
      ...lineage,
      at: yaml.positionInText(lineage.path, 0),
      end: yaml.positionInText(lineage.path, length),
    };
  });
