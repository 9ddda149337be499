import { compileExpression, type Evaluated, timeBindings } from '../../../src/mapping/expression.ts';
import { dateFromMs } from '../../../src/model/clock.ts';
import type { Json } from '../../../src/model/json.ts';

/** One expression evaluated by its closures and by JSONata's interpreter, as they could be told apart by what comes of it. */
export interface BothWays {
  readonly compiled: string;
  readonly interpreted: string;
  /** Whether the closures came to the end, and did not leave it to the interpreter. */
  readonly isCovered: boolean;
}

const receivedAt = dateFromMs(Date.UTC(2026, 10, 21));

/** Undefined where the text is no expression. */
export async function bothWays(
  text: string,
  body: Json,
  variables: Readonly<Record<string, Json | undefined>> = {},
): Promise<BothWays | undefined> {
  const names = Object.keys(variables);
  const ours = compileExpression(text, { variables: names });
  const theirs = compileExpression(text, { variables: names, interprets: true });
  if (!ours.ok || !theirs.ok) return undefined;
  const bindings = { ...timeBindings(receivedAt), ...variables };
  const once = async (): Promise<BothWays> => {
    const evaluated = ours.expression.evaluate(structuredClone(body), withOwnData(bindings));
    const isCovered = !(evaluated instanceof Promise);
    const interpreted = await theirs.expression.evaluate(structuredClone(body), withOwnData(bindings));
    return { compiled: written(await evaluated), interpreted: written(interpreted), isCovered };
  };
  let both = await once();
  for (let tries = 1; tries < 5 && hasStoodStill(both); tries += 1) both = await once();
  return both;
}

/** A machine that stood still meanwhile says nothing about either way. */
const hasStoodStill = ({ compiled, interpreted }: BothWays): boolean =>
  compiled !== interpreted && [compiled, interpreted].some((way) => way.includes('took longer than'));

/** Each way has data of its own: the interpreter leaves marks on lists. */
const withOwnData = (bindings: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(bindings).map(([name, bound]) => [
      name,
      typeof bound === 'function' ? bound : structuredClone(bound),
    ]),
  );

/** With the order of members, and what JSON would make the same. */
const written = (evaluated: Evaluated): string =>
  JSON.stringify(evaluated, (_key, value: unknown) => (Object.is(value, -0) ? '(minus zero)' : value));
