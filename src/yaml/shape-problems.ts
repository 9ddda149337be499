import { z } from 'zod';
import type { Path, YamlFile } from './document.ts';
import { didYouMean, type Problem } from './problem.ts';

type Issue = z.core.$ZodIssue;

/** What zod found wrong with a file's shape, each at the line and column of the key or value it concerns. */
export function shapeProblems(
  yaml: YamlFile,
  issues: readonly Issue[],
  { schema, prefix }: { readonly schema: z.core.$ZodType; readonly prefix: string },
): readonly Problem[] {
  return issues.flatMap((issue) => issueProblems(yaml, issue, { schema, prefix, path: [] }));
}

interface Context {
  readonly schema: z.core.$ZodType;
  readonly prefix: string;
  readonly path: Path;
}

function issueProblems(yaml: YamlFile, issue: Issue, context: Context): readonly Problem[] {
  const path = [...context.path, ...issue.path];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(yaml, [...path, key], context));
    case 'invalid_key':
      return [
        { ...wrongValue(yaml, path, { ...context, issue: issue.issues[0] ?? issue }), at: yaml.positionOfKey(path) },
      ];
    case 'invalid_union': {
      const branch = likeliestBranch(issue.errors, valueAt(yaml, path));
      if (branch !== undefined) return branch.flatMap((inner) => issueProblems(yaml, inner, { ...context, path }));
      return [wrongValue(yaml, path, { ...context, issue })];
    }
    default:
      return [wrongValue(yaml, path, { ...context, issue })];
  }
}

function unknownKey(yaml: YamlFile, path: Path, { schema, prefix }: Context): Problem {
  const key = String(path.at(-1));
  const known = keysAt(schema, path.slice(0, -1));
  return {
    severity: 'error',
    code: `${prefix}/unknown-key`,
    message: `unknown key "${key}"${path.length > 1 ? ` in ${path.slice(0, -1).join('.')}` : ''}`,
    at: yaml.positionOfKey(path),
    hint: didYouMean(key, known) ?? (known.length > 0 ? `known keys: ${known.join(', ')}` : undefined),
  };
}

/** The keys a schema takes at a path; zod's own issue does not name them. */
function keysAt(schema: z.core.$ZodType, path: Path): readonly string[] {
  if (schema instanceof z.ZodUnion) return [...new Set(schema.options.flatMap((option) => keysAt(option, path)))];
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault
  ) {
    return keysAt(schema.unwrap(), path);
  }
  if (schema instanceof z.ZodPipe) return keysAt(schema.in, path);
  const [key, ...rest] = path;
  if (key === undefined) return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
  if (schema instanceof z.ZodObject) {
    const member = Object.entries(schema.shape).find(([name]) => name === key)?.[1];
    return member === undefined ? [] : keysAt(member, rest);
  }
  if (schema instanceof z.ZodRecord) return keysAt(schema.valueType, rest);
  return schema instanceof z.ZodArray ? keysAt(schema.element, rest) : [];
}

function wrongValue(yaml: YamlFile, path: Path, { prefix, issue }: { prefix: string; issue: Issue }): Problem {
  const name = path.join('.');
  // Our own checks say themselves what is missing.
  const message =
    path.length > 0 && issue.code !== 'custom' && isMissing(yaml, path)
      ? 'is missing'
      : issue.message.replace(/^Invalid input: /, '');
  return {
    severity: 'error',
    code: `${prefix}/invalid-value`,
    message: name === '' ? message : `${name}: ${message}`,
    at: yaml.positionOf(path),
  };
}

function isMissing(yaml: YamlFile, path: Path): boolean {
  const parent = valueAt(yaml, path.slice(0, -1));
  return typeof parent === 'object' && parent !== null && !Object.hasOwn(parent, path.at(-1) ?? '');
}

/** Of a union's branches the one that got furthest into the value: the one the author most likely meant. */
function likeliestBranch(branches: readonly (readonly Issue[])[], value: unknown): readonly Issue[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const deep = branches.filter((branch) =>
    branch.every(({ code, path }) => path.length > 0 || (code !== 'invalid_type' && code !== 'invalid_value')),
  );
  return deep.toSorted((a, b) => a.length - b.length)[0];
}

const valueAt = (yaml: YamlFile, path: Path): unknown =>
  path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
    yaml.value,
  );
