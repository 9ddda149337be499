import { type AstNode, nodesAt } from '../static/ast.ts';
import { type Closure, type Scope, uncovered } from './closure.ts';
import { compileFilter } from './filter.ts';
import type { Frame } from './frame.ts';
import { flattened, isList, type List, push, sequenceOf, settled } from './sequence.ts';
import { compileSort, type OfAll } from './sort.ts';
import { isFunctionLike, isObject } from './value.ts';

/** `a.b[0].c`. */
export function compilePath(node: AstNode, scope: Scope): Closure {
  const written = nodesAt(node, 'steps');
  const path = {
    steps: written.map((step, index) => compileStep(step, index, scope)),
    keepsSingleton: node.keepSingletonArray === true || node.keepArray === true,
  };
  const isAbsolute = written[0]?.type === 'variable';
  return (input, frame) =>
    isList(input) && !isAbsolute ? walk(path, { items: input, from: 0 }, frame) : follow(path, input, frame);
}

interface Path {
  readonly steps: readonly Step[];
  readonly keepsSingleton: boolean;
}

/** Takes its items one by one, or all at once. */
type Step =
  | { readonly ofOne: Closure; readonly ofAll?: undefined }
  | { readonly ofOne?: undefined; readonly ofAll: OfAll };

/** As long as there is one value there is no list to make of it: this is how most paths go from end to end. */
function follow(path: Path, input: unknown, frame: Frame): unknown {
  let context = input;
  let index = 0;
  for (const step of path.steps) {
    if (step.ofAll !== undefined) return walk(path, { items: sequenceOf([context]), from: index }, frame);
    const value = step.ofOne(context, frame);
    if (value === undefined) return undefined;
    if (isList(value)) return walk(path, { items: arrived(path, index, [value]), from: index + 1 }, frame);
    context = value;
    index += 1;
  }
  return path.keepsSingleton ? kept(sequenceOf([context])) : context;
}

interface Along {
  readonly items: List;
  readonly from: number;
}

/** The rest of a path from a list of items on. */
function walk(path: Path, { items, from }: Along, frame: Frame): unknown {
  let current = items;
  for (const [index, step] of path.steps.entries()) {
    if (index < from) continue;
    current =
      step.ofAll === undefined
        ? arrived(path, index, resultsOf(step.ofOne, current, frame))
        : step.ofAll(current, frame);
    if (current.length === 0) break;
  }
  return path.keepsSingleton ? kept(current) : current;
}

function resultsOf(step: Closure, items: List, frame: Frame): List {
  const results: List = [];
  for (const item of items) {
    frame.round();
    const result = step(item, frame);
    if (result !== undefined) push(results, result);
  }
  return results;
}

/** What a step came to as the items of the next one. One list at the end of a path stays as it is. */
function arrived({ steps }: Path, index: number, results: List): List {
  const [only] = results;
  const isWhole = index === steps.length - 1 && results.length === 1 && isList(only) && only.sequence !== true;
  return isWhole ? only : flattened(results);
}

/** A list that is to stay one even if it has one item only. */
function kept(list: List): List {
  const sequence = list.cons === true && list.sequence !== true ? sequenceOf([list]) : list;
  if (sequence.sequence === true) sequence.keepSingleton = true;
  return sequence;
}

function compileStep(node: AstNode, index: number, scope: Scope): Step {
  if (node.type === 'sort') return { ofAll: compileSort(node, scope) };
  // The first step of a path sees the list it stands in as one, where it makes a list itself.
  if ((index === 0 && node.consarray === true) || 'group' in node) return uncovered();
  const part = node.type === 'name' ? compileField(node) : scope.part(node);
  const filters = nodesAt(node, 'stages').map((stage) => compileFilter(stage, scope));
  if (filters.length === 0) return { ofOne: part };
  return {
    ofOne: (input, frame) => {
      let value = part(input, frame);
      for (const filter of filters) value = filter(value, frame);
      return value;
    },
  };
}

function compileField(node: AstNode): Closure {
  const key = String(node.value);
  const keepsArray = node.keepArray === true;
  return (input) => {
    const value = fieldOf(input, key);
    return isList(value) ? settled(value, keepsArray) : value;
  };
}

/** Of a list the fields of its items, put together. */
function fieldOf(input: unknown, key: string): unknown {
  if (!isObject(input)) return undefined;
  if (!isList(input)) return Object.hasOwn(input, key) && !isFunctionLike(input) ? input[key as never] : undefined;
  const found = sequenceOf([]);
  for (const item of input) {
    const value = fieldOf(item, key);
    if (isList(value)) for (const inner of value) push(found, inner);
    else if (value !== undefined) push(found, value);
  }
  return found;
}
