import { fileURLToPath } from 'node:url';
import { environmentFrom } from '../../src/config/environment.ts';
import { type Configuration, loadConfiguration } from '../../src/config/load.ts';
import { testTime } from '../../src/mapping/check.ts';
import { compileMapping, type MappingDefinition } from '../../src/mapping/compile.ts';
import { evaluateMapping } from '../../src/mapping/evaluate.ts';
import type { EvaluationContext, EvaluationInput } from '../../src/mapping/evaluation.ts';
import type { LookupFact } from '../../src/mapping/facts.ts';
import { readFixture } from '../../src/mapping/fixtures.ts';
import { mergePatch } from '../../src/mapping/merge.ts';
import type { MappingTest } from '../../src/mapping/schema.ts';
import type { EvaluatedExpression } from '../../src/mapping/trace.ts';
import { defined } from '../../src/model/defined.ts';
import type { Json } from '../../src/model/json.ts';
import { eventInBody } from '../../src/sources/event-in-body.ts';

const folder = fileURLToPath(new URL('../../mappings', import.meta.url));

/** A shipped mapping with the events of its own tests that it translates. */
export interface MappingCase {
  readonly definition: MappingDefinition;
  readonly context: EvaluationContext;
  readonly events: readonly EventCase[];
}

export interface EventCase {
  readonly input: EvaluationInput;
  /** Every expression that was evaluated for it, in order, with what it was given and what it came to. */
  readonly expressions: readonly EvaluatedExpression[];
}

export async function mappingCases(): Promise<readonly MappingCase[]> {
  const configuration = await loadConfiguration(environmentFrom({ MAPPINGS_DIR: folder }));
  const destinations = configuration.file.destinations.map(
    ({ name, destination }) => [name, { destination, settings: destination.sample }] as const,
  );
  const context = { vars: configuration.file.vars, destinations: new Map(destinations) };
  const cases: MappingCase[] = [];
  for (const definition of configuration.mappings.definitions) {
    const events: EventCase[] = [];
    for (const test of definition.content.tests ?? []) {
      const input = await inputOf(test, definition, configuration);
      const expressions = input && (await recorded(definition, input, context));
      if (input !== undefined && expressions !== undefined) events.push({ input, expressions });
    }
    cases.push({ definition, context, events });
  }
  return cases;
}

/** Undefined where the mapping does not translate the event. */
async function recorded(
  definition: MappingDefinition,
  input: EvaluationInput,
  context: EvaluationContext,
): Promise<readonly EvaluatedExpression[] | undefined> {
  const expressions: EvaluatedExpression[] = [];
  const run = await evaluateMapping(compileMapping(definition).mapping, input, {
    ...context,
    // Bindings grow while a mapping is evaluated.
    trace: (expression) => void expressions.push({ ...expression, bindings: { ...expression.bindings } }),
  });
  return run.outcome === 'translated' ? expressions : undefined;
}

async function inputOf(
  test: MappingTest,
  { file, content }: MappingDefinition,
  { file: { sources } }: Configuration,
): Promise<EvaluationInput | undefined> {
  const given = await bodyOf(test.given);
  const body = test.change === undefined ? given : mergePatch(given, test.change);
  const source = sources.find(({ name }) => name === content.source)?.source;
  const kind = test.type ?? null;
  const event = source && eventInBody(source, body, { kind, receivedAt: testTime });
  if (event === undefined) return undefined;
  const { type, externalId, occurredAt } = event;
  const about = { id: 'evt_bench', source: content.source, type: test.type ?? type, kind, externalId, occurredAt };
  return {
    ...about,
    receivedAt: testTime,
    headers: test.headers ?? {},
    url: `/in/${content.source}`,
    body,
    lookups: { [file]: await factsOf(test, Object.keys(content.lookup ?? {})) },
    linked: { [file]: [defined({ userId: test.linked?.user_id, anonymousId: test.linked?.anonymous_id })] },
  };
}

async function factsOf({ lookup = {} }: MappingTest, names: readonly string[]): Promise<Record<string, LookupFact>> {
  const facts = names.map(async (name): Promise<[string, LookupFact]> => {
    const stub = lookup[name];
    const isMissing = stub === undefined || stub === '(absent)';
    return [name, isMissing ? { missing: 'the test says that there is none' } : { found: await bodyOf(stub) }];
  });
  return Object.fromEntries(await Promise.all(facts));
}

async function bodyOf(given: Json): Promise<Json> {
  if (typeof given !== 'string') return given;
  const read = await readFixture(given, folder);
  if (!('body' in read)) throw new Error(`${given} ${read.message}`);
  return read.body;
}
