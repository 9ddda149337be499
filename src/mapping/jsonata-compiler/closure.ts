import type { AstNode } from '../static/ast.ts';
import type { Frame } from './frame.ts';

/** A part of an expression: what it comes to in a context. Throws `Uncovered` and what mapping functions throw. */
export type Closure = (input: unknown, frame: Frame) => unknown;

/** What a part is compiled in. */
export interface Scope {
  /** Compiles a part of the part. Throws `Uncovered`. */
  readonly part: (node: unknown) => Closure;
  /** Names that the bindings give. */
  readonly variables: ReadonlySet<string>;
  /** Names that blocks around it bind, with their places in the frame. */
  readonly locals: ReadonlyMap<string, number>;
  /** One more name, and the scope of what comes after it. */
  readonly binding: (name: string) => { readonly place: number; readonly inner: Scope };
}

/**
 * Only the interpreter knows what comes next: thrown at load by what is not compiled, and at run time by what is not
 * covered exactly, every error among it.
 */
export class Uncovered {}

export function uncovered(): never {
  throw new Uncovered();
}

/** Whether nothing stands behind a part that changes what it comes to. */
export const isBare = ({ predicate, group, keepArray }: AstNode): boolean =>
  predicate === undefined && group === undefined && keepArray !== true;
