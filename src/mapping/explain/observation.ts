import jsonata from 'jsonata';
import type { Json } from '../../model/json.ts';
import type { Bindings } from '../expression.ts';
import { mappingFunctions } from '../functions.ts';
import type { AstNode } from './syntax-tree.ts';

/** One evaluation of a node: what it was asked of, and what it came to before its filters. */
export interface Sighting {
  readonly input: unknown;
  readonly result: unknown;
}

/** An expression, and what each part of it came to. */
export interface Observation {
  readonly text: string;
  readonly input: Json;
  readonly root: AstNode;
  /** Empty for what was never evaluated. */
  of(node: AstNode): readonly Sighting[];
}

/** All that a node came to, but for nothing. */
export const resultsOf = (node: AstNode, observed: Observation): readonly unknown[] =>
  observed.of(node).flatMap(({ result }) => (result === undefined ? [] : [result]));

/** Sightings kept of one node: a filter over a long list is evaluated for every item. */
const sightingsMax = 32;
/** As for the evaluation itself, but for its time in milliseconds: what was seen until then is enough. */
const limits = { timeout: 100, stack: 500, sequence: 100_000 };
/** Where JSONata looks for somebody to tell of each evaluated node. */
const exitHook = Symbol.for('jsonata.__evaluate_exit');

const functions = Object.fromEntries(mappingFunctions.map(({ name, call }) => [name, call]));

/**
 * Evaluates an expression once more and remembers what every part of it came to, so that nothing of JSONata has to be
 * understood twice. The expression has compiled before; what it ends with does not matter here.
 */
export async function observe(text: string, input: Json, bindings: Bindings): Promise<Observation> {
  const compiled = jsonata(text, limits);
  const seen = new Map<AstNode, Sighting[]>();
  // `assign` takes the hook's symbol as well as names, which its types do not say.
  const assign = compiled.assign as (name: string | symbol, value: unknown) => void;
  // biome-ignore lint/complexity/useMaxParams: JSONata calls it with these four
  assign(exitHook, (node: AstNode, asked: unknown, environment: jsonata.Environment, result: unknown) => {
    const came = node.type === 'variable' && node.value !== '' ? environment.lookup(String(node.value)) : result;
    remember(seen, node, { input: asked, result: plain(came) });
  });
  try {
    await compiled.evaluate(input, { ...functions, ...bindings });
  } catch {
    // It ends with $skip, $require or a fault: what was seen until then is what explains it.
  }
  return { text, input, root: compiled.ast() as unknown as AstNode, of: (node) => seen.get(node) ?? [] };
}

/** When there is no more room, the first result that is something still replaces one that is nothing or false. */
function remember(seen: Map<AstNode, Sighting[]>, node: AstNode, sighting: Sighting): void {
  const kept = seen.get(node);
  if (kept === undefined) seen.set(node, [sighting]);
  else if (kept.length < sightingsMax) kept.push(sighting);
  else if (isSomething(sighting) && !kept.some(isSomething)) kept[0] = sighting;
}

const isSomething = ({ result }: Sighting): boolean => result !== undefined && result !== false;

/** JSONata's sequences as the values they stand for: none is nothing, one is itself. */
function plain(result: unknown): unknown {
  if (!Array.isArray(result) || !('sequence' in result)) return result;
  const items: readonly unknown[] = 'tupleStream' in result ? result.map(valueOfTuple) : result;
  if (items.length === 0) return undefined;
  return items.length === 1 && !('keepSingleton' in result) ? items[0] : items;
}

const valueOfTuple = (tuple: unknown): unknown =>
  typeof tuple === 'object' && tuple !== null && '@' in tuple ? tuple['@'] : tuple;
