import { uncovered } from './closure.ts';

/** A number that can be calculated with; the interpreter refuses one that is not finite. */
export function isNumber(value: unknown): value is number {
  if (typeof value !== 'number' || Number.isNaN(value)) return false;
  return Number.isFinite(value) || uncovered();
}

/** What the interpreter takes for a function: data can look like one. */
export function isFunctionLike(value: object): boolean {
  const marked: { readonly _jsonata_function?: unknown; readonly _jsonata_lambda?: unknown } = value;
  return marked._jsonata_function === true || marked._jsonata_lambda === true;
}

/** The value, which is not one. */
export function noFunction(value: unknown): unknown {
  return (isObject(value) && isFunctionLike(value)) || typeof value === 'function' ? uncovered() : value;
}

export const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** The interpreter takes objects with such a member for something of its own. */
export const hasMark = (value: unknown, mark: 'tupleStream' | 'outerWrapper'): boolean =>
  isObject(value) && Boolean((value as Readonly<Record<string, unknown>>)[mark]);
