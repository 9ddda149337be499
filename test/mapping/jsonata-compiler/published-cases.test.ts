import { readFileSync } from 'node:fs';
import jsonata from 'jsonata';
import { describe, expect, it } from 'vitest';
import { compileToClosures } from '../../../src/mapping/jsonata-compiler/compile.ts';
import type { AstNode } from '../../../src/mapping/static/ast.ts';
import { toJson } from '../../../src/mapping/to-json.ts';
import type { Json } from '../../../src/model/json.ts';

/** As JSONata publishes its test cases, joined into one file with the data that they share. */
interface Suite {
  readonly datasets: Readonly<Record<string, Json>>;
  readonly cases: readonly Case[];
}

interface Case {
  readonly id: string;
  readonly expr: string;
  readonly dataset?: string | null;
  readonly data?: Json;
  readonly bindings?: Readonly<Record<string, Json>>;
  readonly result?: Json;
  readonly undefinedResult?: boolean;
  readonly code?: string;
  readonly error?: { readonly code: string };
}

/** A few of our own in the same form: what shows that this file tests anything where the published ones are not. */
const own: Suite = {
  datasets: {
    order: {
      lines: [
        { sku: 'a', n: 2 },
        { sku: 'b', n: 3 },
      ],
      note: null,
    },
  },
  cases: [
    { id: 'own/path', expr: 'lines.sku', dataset: 'order', result: ['a', 'b'] },
    { id: 'own/filter', expr: 'lines[n > 2].sku', dataset: 'order', result: 'b' },
    { id: 'own/null', expr: 'note', dataset: 'order', result: null },
    { id: 'own/nothing', expr: 'lines.price', dataset: 'order', undefinedResult: true },
    { id: 'own/binding', expr: '$x & data', data: { data: 1 }, bindings: { x: 'y' }, result: 'y1' },
    { id: 'own/error', expr: 'lines + 1', dataset: 'order', code: 'T2001' },
    { id: 'own/lambda', expr: '$map(lines, function($l) { $l.n })', dataset: 'order', result: [2, 3] },
  ],
};

const path = process.env.JSONATA_TEST_SUITE;
const published = path === undefined ? { datasets: {}, cases: [] } : (JSON.parse(readFileSync(path, 'utf8')) as Suite);

/** Without the limit of time: a case must not fail because a machine is busy. */
const guardrails = { stack: 500, sequence: 100_000 };

interface Prepared {
  readonly id: string;
  readonly compiled: () => Outcome;
  readonly interpreted: () => Promise<Outcome>;
  readonly expected: Outcome;
}

type Outcome = { readonly result: string | undefined } | { readonly code: unknown } | 'left to the interpreter';

/** Those that JSONata can read and the compiler takes. */
function prepared({ datasets, cases }: Suite): readonly Prepared[] {
  return cases.flatMap(({ id, expr, dataset, data, bindings = {}, ...expected }): Prepared[] => {
    const expression = parsed(expr);
    if (expression === undefined) return [];
    const compiled = compileToClosures(expression.ast() as unknown as AstNode, Object.keys(bindings));
    if (compiled === undefined) return [];
    // Each way has its own: the interpreter leaves marks on lists.
    const input = (): Json => structuredClone(typeof dataset === 'string' ? datasets[dataset] : data) as Json;
    return [
      {
        id,
        compiled: () => {
          try {
            return outcomeOf(compiled(input(), structuredClone(bindings)));
          } catch {
            return 'left to the interpreter';
          }
        },
        interpreted: () =>
          expression
            .evaluate(input(), structuredClone(bindings))
            .then(outcomeOf, (error: { code?: unknown }) => ({ code: error.code })),
        expected: expectedOutcome(expected),
      },
    ];
  });
}

function parsed(text: string): jsonata.Expression | undefined {
  try {
    return jsonata(text, guardrails);
  } catch {
    // Some cases are about what cannot be read.
    return undefined;
  }
}

function expectedOutcome({ result, code, error }: Partial<Case>): Outcome {
  const expectedCode = code ?? error?.code;
  return expectedCode === undefined
    ? { result: result === undefined ? undefined : sorted(result) }
    : { code: expectedCode };
}

function outcomeOf(result: unknown): Outcome {
  const converted = toJson(result);
  if ('fault' in converted) throw new Error(converted.fault);
  return { result: converted.json === undefined ? undefined : sorted(converted.json) };
}

const isTooLong = (outcome: Outcome): boolean =>
  typeof outcome === 'object' && 'code' in outcome && outcome.code === 'D2015';

/** The published results do not tell the order of members. */
const sorted = (value: Json): string =>
  JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );

describe('cases in the form of those that JSONata publishes', () => {
  it('are compiled but for those with functions of their own', () => {
    expect(prepared(own).map(({ id }) => id)).toEqual(
      own.cases.map(({ id }) => id).filter((id) => id !== 'own/lambda'),
    );
  });

  it.each([...prepared(own), ...prepared(published)])(
    'come to the same for closures, interpreter and publisher: $id',
    async ({ compiled, interpreted, expected }) => {
      const [closures, interpreter] = [compiled(), await interpreted()];
      // Errors among what they do not cover exactly, for which the interpreter has the last word.
      if (closures !== 'left to the interpreter') expect(closures).toEqual(interpreter);
      // What is published knows no limit to a sequence.
      if (!isTooLong(interpreter)) expect(interpreter).toEqual(expected);
    },
  );
});
