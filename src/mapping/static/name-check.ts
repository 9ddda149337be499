import { didYouMean, suggest } from '../../diagnostics/closest.ts';
import { functionNames, refusedFunctions } from '../function-names.ts';
import { type AstNode, isNode, nodeAt, nodesAt, nodesOf } from './ast.ts';
import type { ExpressionProblem } from './expression-problem.ts';

interface Use {
  readonly offset: number;
  readonly isCalled: boolean;
}

interface Names {
  readonly used: Map<string, Use>;
  readonly bound: Set<string>;
  readonly called: Set<AstNode>;
}

/**
 * A missing function is only a run-time error in JSONata and a missing variable none at all, so both are looked for
 * here. A name bound anywhere in the expression counts as known everywhere in it.
 */
export function checkNames(ast: unknown, variables: readonly string[]): readonly ExpressionProblem[] {
  const names: Names = { used: new Map(), bound: new Set(), called: new Set() };
  for (const node of nodesOf(ast)) collect(node, names);
  const known = [...functionNames, ...variables];
  return [...names.used].flatMap(([name, { offset, isCalled }]): ExpressionProblem[] => {
    const at = { severity: 'error', name, offset } as const;
    const refused = Object.hasOwn(refusedFunctions, name) ? refusedFunctions[name] : undefined;
    if (refused !== undefined) return [{ ...at, code: 'expr/refused', message: refused.why, hint: refused.instead }];
    if (known.includes(name) || names.bound.has(name)) return [];
    const message = `unknown ${isCalled ? 'function' : 'variable'} $${name}`;
    return [
      { ...at, code: 'expr/unknown-name', message, hint: nameHint(name, [...names.bound, ...variables], isCalled) },
    ];
  });
}

/** The name that was meant, or where one could come from. */
function nameHint(name: string, variables: readonly string[], isCalled: boolean): string {
  const format = (known: string): string => `$${known}`;
  // What is not called is most likely a value; a function comes second.
  const [first, second] = isCalled ? [functionNames, variables] : [variables, functionNames];
  const meant = didYouMean(name, first, format) ?? didYouMean(name, second, format);
  if (meant !== undefined) return meant;
  if (isCalled) return suggest(name, functionNames, { what: 'functions with names like it', format, otherwise: '' });
  const known = variables.length === 0 ? '' : `; known here: ${variables.map(format).join(', ')}`;
  return `define it under let:, as in  let: { ${name}: =… }${known}`;
}

function collect(node: AstNode, names: Names): void {
  const { type, value, position, focus, index } = node;
  const callee = ['function', 'partial'].includes(type) ? nodeAt(node, 'procedure') : undefined;
  const applied = type === 'apply' ? nodeAt(node, 'rhs') : undefined;
  for (const called of [callee, applied]) if (called !== undefined) names.called.add(called);
  if (type === 'variable' && typeof value === 'string' && value !== '' && value !== '$' && !names.used.has(value)) {
    const offset = typeof position === 'number' ? Math.max(0, position - value.length - 1) : 0;
    names.used.set(value, { offset, isCalled: names.called.has(node) });
  }
  if (type === 'bind') bindName(node.lhs, names);
  if (type === 'lambda') for (const parameter of nodesAt(node, 'arguments')) bindName(parameter, names);
  if (typeof focus === 'string') names.bound.add(focus);
  if (typeof index === 'string') names.bound.add(index);
}

function bindName(node: unknown, names: Names): void {
  if (isNode(node) && typeof node.value === 'string') names.bound.add(node.value);
}
