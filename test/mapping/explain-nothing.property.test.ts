import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { previewLines } from '../../src/cli/preview-view.ts';
import { environmentFrom } from '../../src/config/environment.ts';
import { loadConfiguration } from '../../src/config/load.ts';
import type { Outcome } from '../../src/lookups/ask.ts';
import { compileMapping, type MappingDefinition } from '../../src/mapping/compile.ts';
import { evaluateMapping } from '../../src/mapping/evaluate.ts';
import { PreviewEvaluator } from '../../src/mapping/evaluator/preview-evaluator.ts';
import { observe } from '../../src/mapping/explain/observation.ts';
import { tell } from '../../src/mapping/explain/reason.ts';
import type { AstNode } from '../../src/mapping/explain/syntax-tree.ts';
import { explainNothing } from '../../src/mapping/explain-nothing.ts';
import { compileExpression } from '../../src/mapping/expression.ts';
import type { Facts, LookupFact } from '../../src/mapping/facts.ts';
import { writtenLookups } from '../../src/mapping/lookup-schema.ts';
import { mergePatch } from '../../src/mapping/merge.ts';
import { publicSettings } from '../../src/mapping/public-settings.ts';
import type { MappingTest } from '../../src/mapping/schema.ts';
import type { EvaluatedExpression } from '../../src/mapping/trace.ts';
import { isJsonObject, type Json } from '../../src/model/json.ts';
import { preview } from '../../src/pipeline/preview.ts';
import { inlineEvent } from '../../src/pipeline/preview-event.ts';
import { parseYaml } from '../../src/yaml/document.ts';

/**
 * The acceptance of "silent emptiness is found": each key that a shipped mapping asks for is misspelt by one letter, in
 * every way and at a random place, and the explanation has to name it and suggest the right one.
 */

const folder = fileURLToPath(new URL('../../mappings', import.meta.url));
const { file: gateway, mappings } = await loadConfiguration(environmentFrom({ MAPPINGS_DIR: folder }));

/** A key of an expression, with an event in which it is there. */
interface Asked {
  readonly where: string;
  readonly definition: MappingDefinition;
  readonly test: MappingTest;
  readonly evaluation: EvaluatedExpression;
  readonly key: string;
  /** Where it starts in the expression. */
  readonly at: number;
  /** The other keys it stands beside. */
  readonly beside: ReadonlySet<string>;
}

const bodyOf = ({ given, change }: MappingTest): Json => {
  const body = typeof given === 'string' ? (JSON.parse(readFileSync(`${folder}/${given}`, 'utf8')) as Json) : given;
  return change === undefined ? body : mergePatch(body, change);
};

/** What a lookup comes to in a test that stubs it, and in one that does not. */
const stubOf = (test: MappingTest, name: string): LookupFact => {
  const stub = test.lookup?.[name];
  return stub === undefined ? { missing: 'nobody is asked' } : { found: stub };
};

const factsOf = ({ file, content }: MappingDefinition, test: MappingTest): Facts => ({
  linked: { [file]: [{}] },
  lookups: { [file]: Object.fromEntries(Object.keys(content.lookup ?? {}).map((name) => [name, stubOf(test, name)])) },
});

async function evaluationsOf(
  definition: MappingDefinition,
  test: MappingTest,
): Promise<readonly EvaluatedExpression[]> {
  const evaluations: EvaluatedExpression[] = [];
  const moment = new Date('2026-11-21T00:00:00Z');
  const about = { id: 'evt_1', source: definition.content.source, type: test.type ?? '', kind: test.type ?? null };
  const transport = { externalId: 'x', occurredAt: moment, receivedAt: moment, headers: {}, url: '/in/x' };
  await evaluateMapping(
    compileMapping(definition).mapping,
    { ...about, ...transport, body: bodyOf(test), ...factsOf(definition, test) },
    {
      vars: gateway.vars,
      destinations: new Map(
        gateway.destinations.map(({ name, destination }) => [
          name,
          {
            destination,
            settings: { ...destination.sample, ...publicSettings(destination, destination.sample) },
          },
        ]),
      ),
      trace: (evaluation) => void evaluations.push({ ...evaluation, bindings: { ...evaluation.bindings } }),
    },
  );
  return evaluations;
}

function nodesIn(value: unknown): readonly AstNode[] {
  if (typeof value !== 'object' || value === null) return [];
  const below = Object.values(value).flatMap(nodesIn);
  return 'type' in value && typeof value.type === 'string' ? [value as AstNode, ...below] : below;
}

const keysOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.flatMap(keysOf) : isJsonObject(value) ? Object.keys(value) : [];

async function askedIn(
  { definition, test }: Pick<Asked, 'definition' | 'test'>,
  evaluation: EvaluatedExpression,
): Promise<readonly Asked[]> {
  const { text, input, bindings, path } = evaluation;
  const { root, of } = await observe(text, input, bindings);
  return nodesIn(root).flatMap((node): Asked[] => {
    const found = of(node).filter(({ result }) => result !== undefined);
    const key = String(node.value);
    if (node.type !== 'name' || found.length === 0 || node.position === undefined) return [];
    const at = text.lastIndexOf(key, node.position - key.length);
    const beside = new Set(found.flatMap(({ input: asked }) => keysOf(asked)));
    const where = `${definition.file}:${path.join('.')}:${at}`;
    return [{ where, definition, test, evaluation, key, at, beside }];
  });
}

async function allAsked(): Promise<readonly Asked[]> {
  const tests = mappings.definitions.flatMap((definition) =>
    (definition.content.tests ?? []).map((test) => ({ definition, test })),
  );
  const asked = new Map<string, Asked>();
  for (const { definition, test } of tests) {
    const evaluations = await evaluationsOf(definition, test);
    const found = await Promise.all(evaluations.map((evaluation) => askedIn({ definition, test }, evaluation)));
    for (const key of found.flat()) if (!asked.has(key.where)) asked.set(key.where, key);
  }
  return [...asked.values()];
}

/** Numbers in [0, below) that look random and are the same in every run (mulberry32). */
function sequence(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const letters = 'abcdefghijklmnopqrstuvwxyz';
const slips: Readonly<Record<string, (key: string, next: (below: number) => number) => string>> = {
  swap: (key, next) => {
    const at = next(key.length - 1);
    return key.slice(0, at) + key.charAt(at + 1) + key.charAt(at) + key.slice(at + 2);
  },
  drop: (key, next) => {
    const at = next(key.length);
    return key.slice(0, at) + key.slice(at + 1);
  },
  add: (key, next) => {
    const at = next(key.length + 1);
    return key.slice(0, at) + letters.charAt(next(letters.length)) + key.slice(at);
  },
  change: (key, next) => {
    const at = next(key.length);
    return key.slice(0, at) + letters.charAt(next(letters.length)) + key.slice(at + 1);
  },
};

const triesPerSlip = 3;
const operators = ['and', 'or', 'in'];

/** Distinct names that differ from the key by one letter and are no other key. */
function misspellingsOf({ key, beside }: Asked, next: (below: number) => number): ReadonlySet<string> {
  const misspelt = Object.values(slips).flatMap((slip) => Array.from({ length: triesPerSlip }, () => slip(key, next)));
  const names = misspelt.filter((name) => /^[A-Za-z_][\w-]*$/.test(name) && !operators.includes(name));
  return new Set(names.filter((name) => !beside.has(name)));
}

async function explained({ evaluation, key, at }: Asked, misspelt: string): Promise<string | null> {
  const { text: right, input, bindings } = evaluation;
  const text = right.slice(0, at) + misspelt + right.slice(at + key.length);
  const compiled = compileExpression(text, { variables: Object.keys(bindings) });
  if (!compiled.ok) return `does not compile: ${text}`;
  const evaluated = await compiled.expression.evaluate(input, bindings);
  return tell(await explainNothing({ text, input, bindings, evaluated, named: new Map() }));
}

/** The mapping's own text with the key misspelt where it stands. */
function misspeltText({ definition, evaluation, key, at }: Asked, misspelt: string): string {
  const text = readFileSync(`${folder}/${definition.file}`, 'utf8');
  const parsed = parseYaml(definition.file, text);
  const { path } = evaluation;
  if (!parsed.ok) throw new Error(`${definition.file} is no YAML`);
  const value = String(path.reduce<unknown>((node, step) => Reflect.get(Object(node), step), parsed.yaml.value));
  const { line, column } = parsed.yaml.positionInText(path, value.indexOf(evaluation.text) + at);
  const lines = text.split('\n');
  const own = lines[line - 1] ?? '';
  expect(own.slice(column - 1, column - 1 + key.length)).toBe(key);
  lines[line - 1] = own.slice(0, column - 1) + misspelt + own.slice(column - 1 + key.length);
  return lines.join('\n');
}

const evaluator = new PreviewEvaluator();
afterAll(() => evaluator.stop());

function outcomeOf({ content }: MappingDefinition, test: MappingTest, lookup: string): Outcome {
  const entry = writtenLookups(content.lookup).find((written) => written.lookup === lookup);
  const fact = stubOf(test, entry?.name ?? '');
  return 'found' in fact ? { kind: 'found', value: fact.found } : { kind: 'missing', message: fact.missing };
}

/** What `hookstitch try` shows of the mapping on the event of its test. */
async function tried(each: Asked, misspelt: string): Promise<string> {
  const { definition, test } = each;
  const moment = new Date('2026-11-21T00:00:00Z');
  const source = gateway.sources.find(({ name }) => name === definition.content.source);
  const sent = { body: bodyOf(test), type: test.type, headers: test.headers };
  const event = source && inlineEvent(sent, source, { id: 'evt_1', receivedAt: moment });
  if (event === undefined) throw new Error(`${definition.file}: ${test.name} is no event`);
  const mapping = { name: definition.file, shown: definition.file, text: misspeltText(each, misspelt) };
  const shown = await preview(
    { mapping, event },
    {
      ...gateway,
      interprets: false,
      clock: { now: () => moment },
      evaluate: (setup, claimed, facts) => evaluator.evaluate(setup, claimed, facts),
      lookups: { ask: async ({ lookup }) => outcomeOf(definition, test, lookup) },
    },
  );
  if (!('event' in shown)) return JSON.stringify(shown);
  const view = { chosen: { event, from: 'its test' }, destinations: gateway.destinations, show: undefined };
  return previewLines(shown, view).join('\n');
}

describe('a key misspelt by one letter', () => {
  it('is named by hookstitch try with the right one, wherever it stands, in at least 95 % of all cases', async () => {
    const next = sequence(20_261_122);
    const cases = (await allAsked()).flatMap((each) =>
      [...misspellingsOf(each, next)].slice(0, 1).map((name) => [each, name] as const),
    );
    const misses: string[] = [];
    for (const [each, misspelt] of cases) {
      const shown = await tried(each, misspelt);
      const isRight = shown.includes(`"${misspelt}" is`) && shown.includes(`did you mean "${each.key}"?`);
      if (!isRight) misses.push(`${each.where}  ${each.key} → ${misspelt}`);
    }
    console.info([`${cases.length} mappings tried, ${misses.length} without the right name`, ...misses].join('\n'));
    expect(cases.length).toBeGreaterThan(150);
    expect(misses.length / cases.length).toBeLessThanOrEqual(0.05);
  }, 120_000);

  it('is named with the right one in at least 95 % of all cases', async () => {
    const next = sequence(20_261_121);
    const asked = await allAsked();
    const cases = asked.flatMap((each) => [...misspellingsOf(each, next)].map((misspelt) => ({ each, misspelt })));
    const misses: string[] = [];
    for (const { each, misspelt } of cases) {
      const why = (await explained(each, misspelt)) ?? '';
      const isRight = why.includes(`"${misspelt}" is`) && why.includes(`did you mean "${each.key}"?`);
      if (!isRight) misses.push(`${each.where}  ${each.key} → ${misspelt}: ${why}`);
    }
    const share = (cases.length - misses.length) / cases.length;
    const figures = `${asked.length} keys, ${cases.length} misspellings, ${(share * 100).toFixed(1)} % explained`;
    console.info([figures, ...misses].join('\n'));
    expect(asked.length).toBeGreaterThan(150);
    expect(share).toBeGreaterThanOrEqual(0.95);
  });
});
