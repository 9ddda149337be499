import { type AstNode, nodeAt } from '../static/ast.ts';
import { type Closure, type Scope, uncovered } from './closure.ts';
import type { Frame } from './frame.ts';
import { isList, type List, push, sequenceOf } from './sequence.ts';
import { isTrue } from './truth.ts';
import { hasMark, isNumber } from './value.ts';

/** `[…]` behind a part: what it leaves of the part's value. */
export type Filter = (value: unknown, frame: Frame) => List;

export function compileFilter(stage: AstNode, scope: Scope): Filter {
  const condition = nodeAt(stage, 'expr');
  if (stage.type !== 'filter' || condition === undefined) return uncovered();
  if (condition.type === 'number' && typeof condition.value === 'number') return itemAt(Math.floor(condition.value));
  return itemsWhere(scope.part(condition));
}

const itemAt =
  (index: number): Filter =>
  (value) => {
    const items = itemsOf(value);
    const item = items[index < 0 ? items.length + index : index];
    if (isList(item)) return item;
    return sequenceOf(item === undefined ? [] : [item]);
  };

const itemsWhere =
  (condition: Closure): Filter =>
  (value, frame) => {
    const items = itemsOf(value);
    const kept = sequenceOf([]);
    for (const [index, item] of items.entries()) {
      frame.round();
      for (let times = timesKept(condition(item, frame), { index, length: items.length }); times > 0; times -= 1)
        push(kept, item);
    }
    return kept;
  };

function itemsOf(value: unknown): List {
  if (hasMark(value, 'tupleStream')) return uncovered();
  return isList(value) ? value : [value];
}

interface Place {
  readonly index: number;
  readonly length: number;
}

/** Numbers are places, counted from the end where they are negative: an item is there once for each that is its own. */
function timesKept(result: unknown, { index, length }: Place): number {
  const isHere = (number: number): boolean => (number < 0 ? length : 0) + Math.floor(number) === index;
  if (isNumber(result)) return isHere(result) ? 1 : 0;
  // A list of no number at all is one of numbers too, and no place.
  if (isList(result) && result.filter(isNumber).length === result.length)
    return (result as readonly number[]).filter(isHere).length;
  return isTrue(result) ? 1 : 0;
}
