import type { Problem } from '../../diagnostics/problem.ts';
import type { YamlFile } from '../../yaml/document.ts';
import { inSingleQuotes } from '../../yaml/value-hints.ts';
import { parseExpression } from '../expression.ts';
import { expressionText } from '../expression-text.ts';
import { wildcard } from '../functions.ts';
import { type AstNode, type Starts, startOf, startsOf } from './ast.ts';
import { andParts, comparedText } from './condition-check.ts';
import { checkMeaning } from './expression-checks.ts';
import type { ExpressionProblem } from './expression-problem.ts';
import { tokensOf } from './expression-tokens.ts';
import { checkMembers, gatewayMembers, type Members } from './member-check.ts';
import { checkNames } from './name-check.ts';
import type { Site } from './sites.ts';
import { checkText, type TextProblem } from './text-checks.ts';

/** What the whole file has to say about its expressions. */
export interface SiteContext {
  readonly yaml: YamlFile;
  /** The names of `let:`, in order. */
  readonly letNames: readonly string[];
  readonly vars: readonly string[] | undefined;
  /** How expressions name the event's type, and the patterns of `events:`. */
  readonly types: { readonly paths: readonly string[]; readonly patterns: readonly string[] };
}

/** Every text of a mapping, expression or not, at its place in the file. */
export function siteProblems(sites: readonly Site[], context: SiteContext): readonly Problem[] {
  const named = new Set<string>();
  return sites.flatMap((site) =>
    problemsAt(site, context).flatMap((problem): Problem[] => {
      // A name that is misspelt where it is defined would be unknown wherever it is used.
      if ('name' in problem && problem.code === 'expr/unknown-name') {
        if (named.has(problem.name ?? '')) return [];
        named.add(problem.name ?? '');
      }
      const { severity, code, message, hint, offset } = problem;
      const { yaml } = context;
      const at = offset === undefined ? yaml.positionOf(site.path) : yaml.positionInText(site.path, offset);
      return [{ severity, code, message, hint, at }];
    }),
  );
}

function problemsAt(site: Site, context: SiteContext): readonly (ExpressionProblem | TextProblem)[] {
  const text = expressionText(site.text);
  if (text === undefined) return checkText(site);
  // Counted from the `=`, which the author sees; blanks around the expression were trimmed.
  const lead = site.text.length - site.text.slice(1).trimStart().length;
  return expressionProblems(text, site, context).map((problem) => ({ ...problem, offset: problem.offset + lead }));
}

function expressionProblems(text: string, site: Site, context: SiteContext): readonly ExpressionProblem[] {
  const parsed = parseExpression(text);
  if ('problem' in parsed) return [cutShort(parsed.problem, site, context.yaml)];
  const { variables } = site;
  const names = checkNames(parsed.ast, variables ?? []).filter(
    ({ code }) => code !== 'expr/unknown-name' || variables !== undefined,
  );
  const starts = startsOf(tokensOf(text));
  const found = [
    ...names.map((problem) => placed(problem, context)),
    ...(variables === undefined ? [] : checkMembers(parsed.ast, membersFor(context), starts)),
    ...checkMeaning(parsed.ast, text, site.role),
    ...(site.path.length === 1 && site.role === 'condition' ? typeProblems(parsed.ast, context.types, starts) : []),
  ];
  // What something comes to says nothing where a part of it is wrong.
  const parts = found.filter(({ code }) => code !== 'expr/wrong-kind' && code !== 'expr/never-true');
  return parts.some(({ severity }) => severity === 'error') ? parts : found;
}

/** A condition for a type that `events:` keeps out. */
function typeProblems(
  ast: AstNode,
  { paths, patterns }: SiteContext['types'],
  starts: Starts,
): readonly ExpressionProblem[] {
  if (patterns.length === 0) return [];
  return andParts(ast).flatMap((part): ExpressionProblem[] => {
    const { path, value } = comparedText(part) ?? {};
    if (path === undefined || value === undefined || !paths.includes(path)) return [];
    if (patterns.some((pattern) => wildcard(pattern)(value))) return [];
    const message = `events: lets no ${value} through, so this is never true`;
    const hint = `add ${value} to events:, or compare with one of those that are there: ${patterns.join(', ')}`;
    return [{ severity: 'error', code: 'expr/never-true', message, hint, offset: startOf(part, starts) }];
  });
}

const membersFor = ({ vars, letNames }: SiteContext): Members =>
  Object.fromEntries(
    Object.entries({ ...gatewayMembers, ...(vars && { vars }) }).filter(([name]) => !letNames.includes(name)),
  );

const perItem = 'for_each gives it to the expressions under event and destinations';
const perDestination = 'it is known to the expressions under destinations';
/** Names that exist, but not everywhere. */
const elsewhere: Readonly<Record<string, string>> = {
  item: perItem,
  index: perItem,
  event: perDestination,
  config: perDestination,
};

function placed(problem: ExpressionProblem, { letNames }: SiteContext): ExpressionProblem {
  const { code, name = '' } = problem;
  if (code !== 'expr/unknown-name') return problem;
  if (letNames.includes(name))
    return { ...problem, hint: 'a name of let is known to the entries below it, not to those above' };
  const hint = Object.hasOwn(elsewhere, name) ? elsewhere[name] : undefined;
  return hint === undefined ? problem : { ...problem, hint };
}

/** YAML takes " #" for the start of a comment, also in the middle of an expression. */
function cutShort(problem: ExpressionProblem, { path, text }: Site, yaml: YamlFile): ExpressionProblem {
  const comment = yaml.commentAfter(path);
  if (comment === undefined) return problem;
  const whole = `${text} #${comment}`;
  const isCut =
    'compiled' in parseExpression(expressionText(whole) ?? '') || /close|write . here|missing/.test(problem.hint);
  if (!isCut) return problem;
  const why = 'YAML treats " #" as the start of a comment, so the expression ends before it.';
  return { ...problem, code: 'expr/syntax', hint: `${why} Quote the whole value: ${inSingleQuotes(whole)}` };
}
