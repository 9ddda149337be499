import type { Problem } from '../diagnostics/problem.ts';
import { quote } from '../diagnostics/quote.ts';
import { isJsonObject, type Json } from '../model/json.ts';
import type { YamlFile } from '../yaml/document.ts';
import type { Path } from '../yaml/node-offsets.ts';
import { type MissingVariable, variableReference } from './interpolate.ts';

export interface VariableProblem {
  readonly path: Path;
  readonly problem: Problem;
}

/** Variables that are required and not set, and what looks like a reference to a variable and is none. */
export function variableProblems(
  yaml: YamlFile,
  raw: Json,
  missing: readonly MissingVariable[],
): readonly VariableProblem[] {
  return [
    ...missing.map(({ path, message, name }): VariableProblem => {
      const hint = `set ${name} in the environment or in .env, or write \${${name}:-} where it may be missing`;
      const at = yaml.positionOf(path);
      return { path, problem: { severity: 'error', code: 'config/missing-variable', message, at, hint } };
    }),
    ...textsIn(raw, []).flatMap(({ path, text }) => noReference(yaml, path, text)),
  ];
}

function noReference(yaml: YamlFile, path: Path, text: string): VariableProblem[] {
  const [, bare] = /^\$([A-Z][A-Z0-9_]*)$/.exec(text) ?? [];
  // Whatever is a reference, or an escaped one, is blanked out; what is left of a `${` is neither.
  const rest = text.replaceAll('$${', '   ').replace(variableReference, (found) => ' '.repeat(found.length));
  const offset = bare === undefined ? rest.indexOf('${') : 0;
  if (offset === -1) return [];
  const problem: Problem = {
    severity: 'error',
    code: 'config/invalid-variable',
    message: `${quote(text.slice(offset, offset + 30))} is no reference to a variable`,
    at: yaml.positionInText(path, offset),
    hint:
      bare === undefined
        ? 'write ${NAME}, ${NAME:-default} or ${NAME:?message}; a literal ${ is written $${'
        : `write \${${bare}}`,
  };
  return [{ path, problem }];
}

function textsIn(value: Json | undefined, path: Path): readonly { readonly path: Path; readonly text: string }[] {
  if (typeof value === 'string') return [{ path, text: value }];
  if (Array.isArray(value)) return value.flatMap((item: Json, index) => textsIn(item, [...path, index]));
  return isJsonObject(value) ? Object.entries(value).flatMap(([key, member]) => textsIn(member, [...path, key])) : [];
}
