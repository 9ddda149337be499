import { type CheckSetup, checkMappings, type GivenBeside, type TestResult, testTime } from '../mapping/check.ts';
import type { MappingDefinition } from '../mapping/compile.ts';
import type { Run } from '../mapping/run.ts';
import type { MappingTest } from '../mapping/schema.ts';
import type { SourceEvent } from '../model/event.ts';
import type { Json } from '../model/json.ts';
import { eventInBody } from '../sources/event-in-body.ts';
import type { ConfiguredSource } from '../sources/source.ts';
import type { Configuration, WithDefinitions } from './load.ts';

/** Runs the mappings' own tests under a configuration, with sample settings in place of everybody's own. */
export function checkConfiguration(
  { file, mappings, settings }: Pick<Configuration, 'file' | 'settings'> & WithDefinitions,
  concerns: (file: string) => boolean,
  how: Pick<CheckSetup, 'signal' | 'evaluator' | 'trace'> = {},
): Promise<readonly TestResult[]> {
  return checkMappings({
    folder: settings.mappingsDir,
    definitions: mappings.definitions.filter((definition) => concerns(definition.file)),
    vars: file.vars,
    interprets: settings.interprets,
    destinations: file.destinations.map(({ name, destination, testSettings = destination.sample }) => ({
      name,
      destination,
      settings: testSettings,
    })),
    describe: (name, body, beside) =>
      describeBody(
        file.sources.find((source) => source.name === name),
        body,
        beside,
      ),
    ...how,
  });
}

interface GivenBody extends Pick<CheckSetup, 'evaluator'> {
  readonly body: Readonly<Record<string, Json>>;
  readonly kind: string | null;
}

/** What one mapping makes of a body under the conditions of a test; undefined where the source cannot read the body. */
export async function runOnBody(
  configuration: Pick<Configuration, 'file' | 'settings'>,
  definition: MappingDefinition,
  { body, kind, ...how }: GivenBody,
): Promise<Run | undefined> {
  const type = kind === null ? {} : { type: kind };
  const test: MappingTest = { name: 'a body', given: body, expect: 'skipped', ...type };
  const alone = { ...definition, content: { ...definition.content, tests: [test] } };
  const results = await checkConfiguration({ ...configuration, mappings: { definitions: [alone] } }, () => true, how);
  return results[0]?.run;
}

/** The event in a body that a test gives; where the source sends lists, one element of its list. */
function describeBody(
  configured: ConfiguredSource | undefined,
  body: Json,
  beside: GivenBeside,
): SourceEvent | undefined {
  return configured && eventInBody(configured.source, body, { ...beside, receivedAt: testTime });
}
