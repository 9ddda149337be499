import { suggest } from '../../diagnostics/closest.ts';
import { type AstNode, nodesAt, nodesOf, type Starts, startOf } from './ast.ts';
import type { ExpressionProblem } from './expression-problem.ts';

/** The members of variables that are blocks of known keys, by the variable's name. */
export type Members = Readonly<Record<string, readonly string[]>>;

/** What the gateway says of every event, and what a mapping's `event:` comes to. */
export const gatewayMembers: Members = {
  meta: ['event_id', 'source', 'type', 'kind', 'external_id', 'occurred_at', 'received_at', 'mapping'],
  event: [
    'type',
    'name',
    'id',
    'timestamp',
    'user',
    'company',
    'attributes',
    'revenue',
    'context',
    'category',
    'integrations',
  ],
};

/** `$vars.sitee`: a member that is not there yields nothing, at every event. */
export function checkMembers(ast: AstNode, members: Members, starts: Starts): readonly ExpressionProblem[] {
  return [...nodesOf(ast)].flatMap((node): ExpressionProblem[] => {
    const [variable, member] = node.type === 'path' ? nodesAt(node, 'steps') : [];
    if (variable?.type !== 'variable' || member?.type !== 'name') return [];
    const name = String(variable.value);
    const known = Object.hasOwn(members, name) ? members[name] : undefined;
    const key = String(member.value);
    if (known === undefined || known.includes(key)) return [];
    return [
      {
        severity: 'error',
        code: 'expr/unknown-name',
        message: `$${name} has no "${key}"`,
        hint: suggest(key, known, {
          what: `$${name} has`,
          otherwise: name === 'vars' ? `add it to gateway.yaml:  vars: { ${key}: … }` : 'remove it',
        }),
        offset: startOf(member, starts),
        name: `${name}.${key}`,
      },
    ];
  });
}
