import type { Token } from './expression-tokens.ts';

/** A node of JSONata's syntax tree, which its types do not describe in full. `position` is where its token ends. */
export interface AstNode {
  readonly type: string;
  readonly value?: unknown;
  readonly position?: number;
  readonly [member: string]: unknown;
}

export const isNode = (value: unknown): value is AstNode =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

/** The nodes in a member of a node, such as its `steps` or `arguments`. */
export const nodesAt = (node: AstNode, member: string): readonly AstNode[] => {
  const value = node[member];
  return Array.isArray(value) ? value.filter(isNode) : [];
};

export const nodeAt = (node: AstNode, member: string): AstNode | undefined => {
  const value = node[member];
  return isNode(value) ? value : undefined;
};

/**
 * Every node in the order of the text. Without recursion: an expression may be nested as deeply as JSONata's parser
 * bears.
 */
export function* nodesOf(ast: unknown): Generator<AstNode> {
  const waiting = [ast];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (typeof next !== 'object' || next === null) continue;
    if (isNode(next)) yield next;
    // Backwards, because the last one in is the first one out.
    for (const child of Object.values(next).toReversed()) waiting.push(child);
  }
}

/** Where each token starts, by where it ends: the tree tells only the latter. */
export type Starts = ReadonlyMap<number, number>;

export const startsOf = (tokens: readonly Token[]): Starts => new Map(tokens.map(({ start, end }) => [end, start]));

export function startOf({ position, value }: Pick<AstNode, 'position' | 'value'>, starts: Starts): number {
  if (typeof position !== 'number') return 0;
  return starts.get(position) ?? Math.max(0, position - (typeof value === 'string' ? value.length : 1));
}
