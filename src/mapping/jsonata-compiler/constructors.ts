import { RequirementUnmet, SkipSignal } from '../functions.ts';
import { type AstNode, nodesAt } from '../static/ast.ts';
import { type Closure, type Scope, uncovered } from './closure.ts';
import { isList, type List, push } from './sequence.ts';
import { hasMark } from './value.ts';

/** `[a, b]`. */
export function compileList(node: AstNode, scope: Scope): Closure {
  const members = nodesAt(node, 'expressions').map((member) => ({
    member: scope.part(member),
    isListItself: member.value === '[',
  }));
  const staysWhole = node.consarray === true;
  return atOnce(members.length, (input, frame) => {
    const list: List = [];
    for (const { member, isListItself } of members) {
      const value = member(input, frame);
      if (value === undefined) continue;
      if (isListItself || !isList(value)) push(list, value);
      else for (const item of value) push(list, item);
    }
    if (staysWhole) Object.defineProperty(list, 'cons', { enumerable: false, configurable: false, value: true });
    return list;
  });
}

/** The interpreter refuses these keys: it marks its own functions by them. */
const reservedKeys: readonly unknown[] = ['_jsonata_lambda', '_jsonata_function'];

/** `{ "a": b }`, where it stands for itself and does not group. */
export function compileObject(node: AstNode, scope: Scope): Closure {
  const pairs = pairsOf(node).map(([key, value]) => ({ key: scope.part(key), value: scope.part(value) }));
  return atOnce(pairs.length, (input, frame) => {
    const item = onlyItem(input);
    // All keys come before the first value.
    const keys = pairs.map(({ key }) => key(item, frame));
    const given = keys.filter((key) => key !== undefined);
    if (new Set(given).size < given.length || given.some(isNoKey)) uncovered();
    const object: Record<string, unknown> = Object.create(null);
    for (const [index, { value }] of pairs.entries()) {
      const key = keys[index];
      const member = key === undefined ? undefined : value(item, frame);
      if (member !== undefined) object[key as string] = member;
    }
    return object;
  });
}

const isNoKey = (key: unknown): boolean => typeof key !== 'string' || reservedKeys.includes(key);

const pairsOf = ({ lhs }: AstNode): readonly (readonly [unknown, unknown])[] =>
  Array.isArray(lhs) ? lhs : uncovered();

/** The context a block stands in; of a list it would make groups. */
function onlyItem(input: unknown): unknown {
  if (hasMark(input, 'tupleStream')) return uncovered();
  if (!isList(input)) return input;
  return input.length === 1 ? input[0] : uncovered();
}

/** The interpreter evaluates members side by side: which of two that end the evaluation does so first is its secret. */
function atOnce(count: number, closure: Closure): Closure {
  if (count < 2) return closure;
  return (input, frame) => {
    try {
      return closure(input, frame);
    } catch (error) {
      if (error instanceof SkipSignal || error instanceof RequirementUnmet) return uncovered();
      throw error;
    }
  };
}
