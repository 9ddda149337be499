import type { MappingDefinition } from '../mapping/compile.ts';
import { endedRuns } from '../mapping/run.ts';
import type { Json, JsonObject } from '../model/json.ts';
import { endOf, evaluateKnowing, evaluatorSetup, type PreviewSetup, type Told, withSamples } from './preview.ts';
import type { PreviewEvent } from './preview-event.ts';
import { type Place, type PreviewField, previewFields } from './preview-fields.ts';

/** How a mapping in force comes to what it makes of a stored event, value by value. */
export type Explanation = Pick<Told, 'outcome' | 'message' | 'fields'> & {
  readonly file: string;
  readonly version: string;
};

/** With what is linked and looked up today; nothing is written or sent. Throws EVALUATOR_UNAVAILABLE. */
export async function explain(
  definition: MappingDefinition,
  event: PreviewEvent,
  setup: PreviewSetup,
): Promise<Explanation> {
  const { file, version, content } = definition;
  const about = { file, version };
  // Where things stand in the text is not told: the file may hold a newer one by now.
  const place: Place = () => ({ file, line: 1, column: 1 });
  const destinations = setup.destinations.map(withSamples);
  const evaluation = await evaluateKnowing(evaluatorSetup(definition, { ...setup, destinations }), event, setup);
  if (evaluation.kind === 'failed')
    return { ...about, outcome: 'failed', message: evaluation.message, fields: previewFields(content, [], place) };
  const run = endedRuns(evaluation.runs)[0];
  const { outcome, message } = endOf(run, { definition, event, place });
  return { ...about, outcome, message, fields: previewFields(content, run?.trace ?? [], place) };
}

export const explanationJson = ({ file, version, outcome, message, fields }: Explanation): JsonObject => ({
  mapping: file,
  version,
  outcome,
  message,
  fields: fields.map(fieldJson),
});

const fieldJson = ({ path, expression, item, result }: PreviewField): Json => ({
  path: path.join('.'),
  keys: path,
  expression,
  item,
  result: result.kind,
  value: result.kind === 'value' ? result.value : null,
  message: result.kind === 'skip' ? result.reason : result.kind === 'fault' ? result.message : null,
  why: 'why' in result ? (result.why ?? null) : null,
});
