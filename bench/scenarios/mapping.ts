import { isDeepStrictEqual } from 'node:util';
import jsonata from 'jsonata';
import { compileMapping } from '../../src/mapping/compile.ts';
import { evaluateMapping } from '../../src/mapping/evaluate.ts';
import { compileExpression } from '../../src/mapping/expression.ts';
import { mappingFunctions } from '../../src/mapping/functions.ts';
import type { EvaluatedExpression } from '../../src/mapping/trace.ts';
import type { Json, JsonObject } from '../../src/model/json.ts';
import { stripNulls } from '../../src/model/strip-nulls.ts';
import type { Scenario } from '../bench-run.ts';
import { interleaved } from '../interleaved.ts';
import { type EventCase, type MappingCase, mappingCases } from '../mapping/cases.ts';
import { handWritten } from '../mapping/hand-written.ts';
import { spreadOf } from '../measure/spread.ts';
import { type Column, figureOf, type Measured, rowsOf } from '../report/report.ts';

/** One way to get something done for all events of a mapping. */
type Way = () => unknown;

const columns: readonly Column[] = [
  { key: 'whole', title: 'whole µs', digits: 1 },
  { key: 'wholeInterpreted', title: 'interpreted', digits: 1 },
  { key: 'expressions', title: 'expressions µs', digits: 1 },
  { key: 'plain', title: 'plain jsonata', digits: 1 },
  { key: 'hand', title: 'by hand', digits: 2 },
];

/** One event through each shipped mapping, and its expressions alone, beside JSONata as it comes and JavaScript by hand. */
export const mapping: Scenario = {
  name: 'mapping',
  about: 'each shipped mapping on its fixtures: compiled, interpreted, plain jsonata, JavaScript by hand',
  run: async ({ size }) => {
    const cases = await mappingCases();
    const spanMs = size === 'full' ? 150 : 20;
    const rounds = await interleaved(cases, size === 'full' ? 5 : 2, async (one) => [
      { name: one.definition.file, figures: await timed(await waysOf(one), one.events.length, spanMs) },
    ]);
    const median = (key: string, base: string) => medianRatio(rounds, key, base);
    return {
      tables: [{ title: 'mapping: µs per event', columns, rows: rowsOf(rounds) }],
      goals: [
        {
          what: 'expressions, compiled : plain jsonata (median over mappings)',
          most: 0.25,
          measured: median('expressions', 'plain'),
        },
        {
          what: 'whole mapping, compiled : interpreted (median over mappings)',
          most: 0.25,
          measured: median('whole', 'wholeInterpreted'),
        },
      ],
      notes: [
        'The whole mapping makes ids and payloads for four destinations as well; the same expressions, with the same data, are what plain jsonata is given.',
        'By hand is what the `event:` block comes to, without the rest.',
      ],
    };
  },
};

/** Of each mapping's ratio. */
function medianRatio(rounds: readonly Measured[], key: string, base: string) {
  const names = [...new Set(rounds.map(({ name }) => name))];
  return spreadOf(
    names.map((name) => figureOf(rounds, { name, key }).median / figureOf(rounds, { name, key: base }).median),
  );
}

/** All of them come to the same, or it would be no comparison. */
async function waysOf({ definition, context, events }: MappingCase): Promise<Readonly<Record<string, Way>>> {
  const compiled = compileMapping(definition).mapping;
  const interpreted = compileMapping(definition, { interprets: true }).mapping;
  for (const { input, expressions } of events) {
    const [one, other] = [evaluateMapping(compiled, input, context), evaluateMapping(interpreted, input, context)];
    if (!isDeepStrictEqual(await one, await other)) throw new Error(`${definition.file} comes to something else`);
    for (const expression of expressions) await requireSame(expression);
  }
  const ours = events.flatMap(({ expressions }) => expressions.map(oursOf));
  const plain = events.flatMap(({ expressions }) => expressions.map(plainOf));
  return {
    whole: () => each(events, ({ input }) => evaluateMapping(compiled, input, context)),
    wholeInterpreted: () => each(events, ({ input }) => evaluateMapping(interpreted, input, context)),
    expressions: () => each(ours, (evaluate) => evaluate()),
    plain: () => each(plain, (evaluate) => evaluate()),
    ...byHand(definition.file, events),
  };
}

/** As the gateway compiles it. */
function oursOf({ text, input, bindings }: EvaluatedExpression): Way {
  const compiled = compileExpression(text, { variables: Object.keys(bindings) });
  if (!compiled.ok) throw new Error(`${text} is no expression`);
  return () => compiled.expression.evaluate(input, bindings);
}

/** As JSONata's documentation shows it, with the functions that mappings have besides. */
function plainOf({ text, input, bindings }: EvaluatedExpression): Way {
  const expression = jsonata(text);
  for (const { name, call } of mappingFunctions) expression.assign(name, call);
  return () => expression.evaluate(input, bindings);
}

async function requireSame(expression: EvaluatedExpression): Promise<void> {
  const plain = asJson(await plainOf(expression)());
  const ours = (await oursOf(expression)()) as EvaluatedExpression['evaluated'];
  if (ours.kind !== 'value' || !isDeepStrictEqual(asJson(ours.value), plain))
    throw new Error(`${expression.text} comes to ${JSON.stringify(ours)}, and in JSONata to ${JSON.stringify(plain)}`);
}

/** Lists of JSONata carry marks that are no part of the value. */
const asJson = (value: unknown): Json | undefined =>
  value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as Json);

function byHand(file: string, events: readonly EventCase[]): { readonly hand?: Way } {
  const write = handWritten[file];
  if (write === undefined) return {};
  for (const { input, expressions } of events.slice(0, 1))
    if (!isDeepStrictEqual(asJson(stripNulls(write(input.body))), asJson(stripNulls(eventBlock(expressions)))))
      throw new Error(`${file} by hand comes to something else: ${JSON.stringify(write(input.body))}`);
  return {
    hand: () => {
      for (const { input } of events) write(input.body);
    },
  };
}

/** What the expressions of the `event:` block came to, as a block again. */
function eventBlock(expressions: readonly EvaluatedExpression[]): JsonObject {
  const block: Record<string, Json> = {};
  for (const { path, evaluated } of expressions) {
    if (path[0] !== 'event' || evaluated.kind !== 'value' || evaluated.value === undefined) continue;
    let place = block;
    for (const key of path.slice(1, -1)) {
      place[key] ??= {};
      place = place[key] as Record<string, Json>;
    }
    place[path.at(-1) ?? ''] = evaluated.value;
  }
  return block;
}

/** One after the other; waiting only where there is something to wait for. */
async function each<Item>(items: readonly Item[], way: (item: Item) => unknown): Promise<void> {
  for (const item of items) {
    const result = way(item);
    if (result instanceof Promise) await result;
  }
}

/** Microseconds for one of `count` events, each way as long as the others. */
async function timed(
  ways: Readonly<Record<string, Way>>,
  count: number,
  spanMs: number,
): Promise<Record<string, number>> {
  const figures: Record<string, number> = {};
  for (const [key, way] of Object.entries(ways)) {
    await repeat(way, spanMs / 3);
    figures[key] = (await repeat(way, spanMs)) / count;
  }
  return figures;
}

/** Microseconds for one time, over so many milliseconds. */
async function repeat(way: Way, spanMs: number): Promise<number> {
  const startedMs = performance.now();
  let [times, now] = [0, startedMs];
  while (now - startedMs < spanMs) {
    await way();
    times += 1;
    now = performance.now();
  }
  return ((now - startedMs) * 1_000) / times;
}
