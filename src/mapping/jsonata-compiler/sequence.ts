import { uncovered } from './closure.ts';

/** Items in a sequence, as the interpreter's guardrail has it. */
export const itemsMax = 100_000;

/**
 * JSONata's arrays: those it makes itself are marked as sequences, of which one of a single item is that item and an
 * empty one is nothing. The marks are properties of the array, as the interpreter sets them: its functions read them.
 */
export interface List extends Array<unknown> {
  sequence?: boolean;
  /** A sequence of one that stays a list: `[]` was written behind it. */
  keepSingleton?: boolean;
  /** Made by `[…]` in a path, and not to be flattened into it. */
  cons?: boolean;
  /** Stands for a body that is a list, which is one context and not many. */
  outerWrapper?: boolean;
}

export const isList = (value: unknown): value is List => Array.isArray(value);

export function sequenceOf(items: List): List {
  items.sequence = true;
  return items;
}

export function push(list: List, item: unknown): void {
  if (list.length >= itemsMax) uncovered();
  list.push(item);
}

/** Items of lists in place of the lists, as each step of a path has it. */
export function flattened(items: List): List {
  const flat = sequenceOf([]);
  for (const item of items) {
    if (isList(item) && item.cons !== true) for (const inner of item) push(flat, inner);
    else push(flat, item);
  }
  return flat;
}

/** What a part hands on: a sequence as the value it stands for. */
export function settled(value: unknown, keepsArray: boolean): unknown {
  if (!isList(value) || value.sequence !== true) return value;
  if (keepsArray) value.keepSingleton = true;
  if (value.length === 0) return undefined;
  return value.length === 1 && value.keepSingleton !== true ? value[0] : value;
}
