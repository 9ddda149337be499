/** A node of JSONata's syntax tree; its own types name only half of what is in it. */
export interface AstNode {
  readonly type: string;
  readonly value?: unknown;
  /** Where the node's token ends. */
  readonly position?: number;
  readonly steps?: readonly AstNode[];
  readonly stages?: readonly FilterStage[];
  readonly predicate?: readonly FilterStage[];
  readonly terms?: readonly { readonly expression: AstNode }[];
  readonly procedure?: AstNode;
  readonly arguments?: readonly AstNode[];
  readonly expressions?: readonly AstNode[];
  readonly expression?: AstNode;
  readonly condition?: AstNode;
  readonly then?: AstNode;
  readonly else?: AstNode;
  readonly body?: AstNode;
  readonly lhs?: AstNode | readonly (readonly [AstNode, AstNode])[];
  readonly rhs?: AstNode;
}

/** A filter in square brackets, or the binding of an index. */
export interface FilterStage {
  readonly type: string;
  readonly expr?: AstNode;
  readonly position?: number;
}

export const isNode = (value: unknown): value is AstNode =>
  typeof value === 'object' && value !== null && 'type' in value;

export const filtersOf = ({ predicate = [], stages = [] }: AstNode): readonly FilterStage[] =>
  [...predicate, ...stages].filter(({ type }) => type === 'filter');

/** What a node is put together of; the steps of a path and filters are not among it, as they start from other places. */
export function childrenOf(node: AstNode): readonly AstNode[] {
  const { lhs, rhs, expression, expressions = [], condition, then: chosen, else: other, body, terms = [] } = node;
  const sides = isNode(lhs) ? [lhs] : (lhs ?? []).flat();
  const called = node.type === 'function' ? (node.arguments ?? []) : [];
  const sorted = terms.map((term) => term.expression);
  return [...sides, rhs, expression, ...expressions, condition, chosen, other, body, ...called, ...sorted].filter(
    isNode,
  );
}
