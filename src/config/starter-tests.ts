import { basename } from 'node:path';
import type { MappingDefinition } from '../mapping/compile.ts';
import { draftExpectation } from '../mapping/draft-test.ts';
import { Evaluator } from '../mapping/evaluator/evaluator.ts';
import { readMapping } from '../mapping/load.ts';
import { type MappingTest, mappingFile } from '../mapping/schema.ts';
import { isJsonObject, type Json } from '../model/json.ts';
import { sourceNamed } from '../sources/index.ts';
import { appendItem } from '../yaml/edit.ts';
import { runOnBody } from './check-setup.ts';
import { environmentFrom } from './environment.ts';
import { readGatewayFile } from './gateway-file.ts';
import { namesOf } from './load.ts';
import { readSettings } from './settings.ts';
import type { Example, StarterFile } from './starter.ts';

/**
 * The files with a test in every mapping that has none which says what becomes of an event: what it makes of its
 * example, evaluated as the gateway does.
 */
export async function withTests(files: readonly StarterFile[]): Promise<readonly StarterFile[]> {
  const environment = environmentFrom({});
  const [gateway] = files;
  const file = readGatewayFile('gateway.yaml', gateway?.text ?? '', { environment, publicUrl: undefined, sourceNamed });
  const configuration = { file, settings: readSettings(environment) };
  const evaluator = new Evaluator({ mappings: [], destinations: [], vars: {} });
  try {
    const tested: StarterFile[] = [];
    for (const each of files) {
      const { path, text, example } = each;
      const { definition } = example === undefined ? {} : readMapping({ name: path, shown: path }, text, namesOf(file));
      const isOpen = example !== undefined && definition !== undefined && !hasTest(definition);
      const test = isOpen ? await exampleTest(definition, example, { configuration, evaluator }) : undefined;
      tested.push(test === undefined ? each : { path, text: appendItem(text, ['tests'], test) });
    }
    return tested;
  } finally {
    await evaluator.stop();
  }
}

const hasTest = ({ content }: MappingDefinition): boolean =>
  (mappingFile.parse(content).tests ?? []).some(({ expect }) => expect !== 'skipped');

interface Drafting {
  readonly configuration: Parameters<typeof runOnBody>[0];
  readonly evaluator: Evaluator;
}

async function exampleTest(
  definition: MappingDefinition,
  { given, body, type }: Example,
  { configuration, evaluator }: Drafting,
): Promise<MappingTest | undefined> {
  if (!isJsonObject(body)) return undefined;
  const kind = type ?? null;
  const run = await runOnBody(configuration, definition, { body: body as Record<string, Json>, kind, evaluator });
  const destinations = configuration.file.destinations.map(
    ({ name, destination, testSettings = destination.sample }) => ({ name, destination, settings: testSettings }),
  );
  const drafted = run === undefined ? undefined : draftExpectation(run, destinations);
  if (drafted === undefined || 'failure' in drafted) return undefined;
  const name = `${basename(given, '.json')} becomes an event`;
  return { name, given, ...(type !== undefined && { type }), expect: drafted.expect };
}
