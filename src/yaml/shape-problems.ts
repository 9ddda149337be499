import type { z } from 'zod';
import { suggest } from '../diagnostics/closest.ts';
import type { Problem } from '../diagnostics/problem.ts';
import { quote } from '../diagnostics/quote.ts';
import type { YamlFile } from './document.ts';
import { keysMeant, meantKey } from './meant-key.ts';
import type { Path } from './node-offsets.ts';
import { keysAt } from './schema-at.ts';
import { missingHint, ownHint, plainName, valueHint } from './shape-hints.ts';

type Issue = z.core.$ZodIssue;

interface Shape {
  readonly schema: z.core.$ZodType;
  /** First part of the codes. */
  readonly prefix: 'mapping' | 'config';
}

/** What zod found wrong with a file's shape, each at the line and column of the key or value it concerns. */
export function shapeProblems(yaml: YamlFile, issues: readonly Issue[], shape: Shape): readonly Problem[] {
  return issues.flatMap((issue) => issueProblems(yaml, issue, { ...shape, path: [] }));
}

interface Context extends Shape {
  readonly path: Path;
}

function issueProblems(yaml: YamlFile, issue: Issue, context: Context): readonly Problem[] {
  const path = [...context.path, ...issue.path];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(yaml, [...path, key], context));
    case 'invalid_key':
      return [invalidKey(yaml, path, { ...context, issue: issue.issues[0] ?? issue })];
    case 'invalid_union': {
      const branch = likeliestBranch(issue.errors, valueAt(yaml.value, path));
      if (branch !== undefined) return branch.flatMap((inner) => issueProblems(yaml, inner, { ...context, path }));
      return wrongValue(yaml, path, { ...context, issue });
    }
    default:
      return wrongValue(yaml, path, { ...context, issue });
  }
}

function unknownKey(yaml: YamlFile, path: Path, { schema, prefix }: Shape): Problem {
  const key = String(path.at(-1));
  const known = keysAt(schema, path.slice(0, -1));
  const meant = meantKey(key, known);
  const note = key === 'on' ? ' (older YAML tools read on as true)' : '';
  return {
    severity: 'error',
    code: `${prefix}/unknown-key`,
    message: `unknown key ${quote(key)}${path.length > 1 ? ` in ${path.slice(0, -1).join('.')}` : ''}`,
    at: yaml.positionOfKey(path),
    hint: meant === undefined ? unknownKeyHint(key, known) : `did you mean ${meant}?${note}`,
  };
}

function unknownKeyHint(key: string, known: readonly string[]): string {
  if (key === '' || key.startsWith('='))
    return 'YAML reads a line with ": " as a key of its own: put the expression into a block, after |, indented deeper than its key';
  const [, name, value] = /^([\w.-]+):(\S.*)$/.exec(key) ?? [];
  if (name !== undefined && known.includes(name)) return `put a space after the colon: ${name}: ${value}`;
  return suggest(key, known, { what: 'known keys', otherwise: 'remove it' });
}

function invalidKey(yaml: YamlFile, path: Path, { prefix, issue }: Shape & { readonly issue: Issue }): Problem {
  return {
    severity: 'error',
    code: `${prefix}/invalid-value`,
    message: `${path.join('.')}: ${plainMessage(issue)}`,
    at: yaml.positionOfKey(path),
    hint: ownHint(issue) ?? `for example ${plainName(String(path.at(-1)))}`,
  };
}

const plainMessage = ({ message }: Issue): string => message.replace(/^Invalid input: /, '');

function wrongValue(
  yaml: YamlFile,
  path: Path,
  { schema, prefix, issue }: Shape & { readonly issue: Issue },
): readonly Problem[] {
  const name = path.join('.');
  const base = { severity: 'error', at: yaml.positionOf(path) } as const;
  if (isMissing(yaml, path)) {
    // Under a misspelt name it is there all the same, and that is told already.
    if (standsUnderOtherName(yaml, path, schema)) return [];
    // Our own checks say themselves what is missing.
    const message = issue.code === 'custom' ? issue.message : 'is missing';
    return [
      { ...base, code: `${prefix}/missing-key`, message: `${name}: ${message}`, hint: missingHint(path, schema) },
    ];
  }
  // What a block lacks may stand there under a misspelt name, and that is told already.
  if (issue.code === 'custom' && hasMisspeltKey(yaml, path, schema)) return [];
  const message = plainMessage(issue);
  const hint = valueHint({ issue, path, value: valueAt(yaml.value, path), schema });
  return [{ ...base, code: `${prefix}/invalid-value`, message: name === '' ? message : `${name}: ${message}`, hint }];
}

function isMissing(yaml: YamlFile, path: Path): boolean {
  const key = path.at(-1);
  const parent = valueAt(yaml.value, path.slice(0, -1));
  return key !== undefined && typeof parent === 'object' && parent !== null && !Object.hasOwn(parent, key);
}

function hasMisspeltKey(yaml: YamlFile, path: Path, schema: z.core.$ZodType): boolean {
  const value = valueAt(yaml.value, path);
  const present = typeof value === 'object' && value !== null ? Object.keys(value) : [];
  return [...keysMeant(present, keysAt(schema, path))].some(([name, key]) => name !== key);
}

function standsUnderOtherName(yaml: YamlFile, path: Path, schema: z.core.$ZodType): boolean {
  const parent = valueAt(yaml.value, path.slice(0, -1));
  const present = typeof parent === 'object' && parent !== null ? Object.keys(parent) : [];
  return keysMeant(present, keysAt(schema, path.slice(0, -1))).has(String(path.at(-1)));
}

/** Of a union's branches the one that got furthest into the value: the one the author most likely meant. */
function likeliestBranch(branches: readonly (readonly Issue[])[], value: unknown): readonly Issue[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const deep = branches.filter((branch) =>
    branch.every(({ code, path }) => path.length > 0 || (code !== 'invalid_type' && code !== 'invalid_value')),
  );
  return deep.toSorted((a, b) => a.length - b.length)[0];
}

const valueAt = (root: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
    root,
  );
