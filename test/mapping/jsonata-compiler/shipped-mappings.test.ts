import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { environmentFrom } from '../../../src/config/environment.ts';
import { loadConfiguration } from '../../../src/config/load.ts';
import { compileMapping, type MappingDefinition } from '../../../src/mapping/compile.ts';
import { evaluateMapping } from '../../../src/mapping/evaluate.ts';
import type { EvaluationContext, EvaluationInput } from '../../../src/mapping/evaluation.ts';
import { parseExpression } from '../../../src/mapping/expression.ts';
import { expressionText } from '../../../src/mapping/expression-text.ts';
import { compileToClosures } from '../../../src/mapping/jsonata-compiler/compile.ts';
import { mergePatch } from '../../../src/mapping/merge.ts';
import { publicSettings } from '../../../src/mapping/public-settings.ts';
import { sitesIn } from '../../../src/mapping/static/sites.ts';
import type { EvaluatedExpression } from '../../../src/mapping/trace.ts';
import type { Json } from '../../../src/model/json.ts';
import { projectFolder, readProjectFile } from '../../support/project-files.ts';
import { inputOf } from '../definitions.ts';

const folder = fileURLToPath(new URL('../../../mappings', import.meta.url));
const { file, mappings } = await loadConfiguration(environmentFrom({ MAPPINGS_DIR: folder }));
const context: EvaluationContext = {
  vars: file.vars,
  destinations: new Map(
    file.destinations.map(({ name, destination }) => [
      name,
      { destination, settings: { ...destination.sample, ...publicSettings(destination, destination.sample) } },
    ]),
  ),
};

const fixture = (name: string): Json => JSON.parse(readProjectFile(`mappings/${name}`)) as Json;
const fixtures = projectFolder('mappings/fixtures').map((name) => fixture(`fixtures/${name}`));

/** Every fixture, whosever it is, and what the mapping's own tests make of theirs. */
const bodiesFor = ({ content }: MappingDefinition): readonly Json[] => [
  ...fixtures,
  ...(content.tests ?? []).map(({ given, change }) => {
    const body = typeof given === 'string' ? fixture(given) : (given as Json);
    return change === undefined ? body : mergePatch(body, change);
  }),
];

/** Each on its own, and as the one element of a list. */
const eventsIn = (body: Json): readonly Json[] => (Array.isArray(body) ? [body, ...(body as readonly Json[])] : [body]);

/** As the first event ever, with nothing to be looked up and with something. */
function inputsFor(definition: MappingDefinition, body: Json): readonly EvaluationInput[] {
  const names = Object.keys(definition.content.lookup ?? {});
  const found = { id: 7, email: 'Ada@Example.com', metadata: { user_id: 'usr_looked_up' }, properties: null };
  const facts = [{ missing: 'nobody is asked' }, { found }].map((fact) =>
    Object.fromEntries(names.map((name) => [name, fact])),
  );
  const linked = { [definition.file]: [{}] };
  return facts.map((lookups) => inputOf(body, { linked, lookups: { [definition.file]: lookups } }));
}

async function told(definition: MappingDefinition, input: EvaluationInput, interprets: boolean): Promise<string> {
  const { mapping } = compileMapping(definition, { interprets });
  const seen: unknown[] = [];
  const trace = ({ path, item, evaluated, bindings }: EvaluatedExpression): void => {
    seen.push({ path, item, evaluated, known: Object.keys(bindings) });
  };
  const run = await evaluateMapping(mapping, structuredClone(input), context);
  const traced = await evaluateMapping(mapping, structuredClone(input), { ...context, trace });
  expect(traced).toEqual(run);
  return JSON.stringify({ run, seen });
}

describe.each(mappings.definitions)('the shipped mapping $file', (definition) => {
  it('is compiled, each of its expressions', () => {
    const left = sitesIn(definition.content).filter(({ text, variables = [] }) => {
      const expression = expressionText(text);
      const parsed = expression === undefined ? undefined : parseExpression(expression);
      return parsed !== undefined && !('problem' in parsed) && compileToClosures(parsed.ast, variables) === undefined;
    });
    expect(left).toEqual([]);
  });

  it('makes the same of every fixture compiled and interpreted, and tells the same of every expression', async () => {
    for (const event of bodiesFor(definition).flatMap(eventsIn)) {
      for (const input of inputsFor(definition, event))
        expect(await told(definition, input, false)).toBe(await told(definition, input, true));
    }
  });
});
