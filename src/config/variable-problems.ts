import { closest } from '../diagnostics/closest.ts';
import type { Problem } from '../diagnostics/problem.ts';
import { quote } from '../diagnostics/quote.ts';
import { isJsonObject, type Json } from '../model/json.ts';
import { expressionSettings } from '../sources/coded.ts';
import type { YamlFile } from '../yaml/document.ts';
import type { Path } from '../yaml/node-offsets.ts';
import { type Environment, environmentVariables } from './environment.ts';
import { type MissingVariable, variableReference, variablesIn, variableUses } from './interpolate.ts';
import { secretKeys, valueAt } from './secrets-in-file.ts';
import { isTemplate } from './template-settings.ts';

export interface VariableProblem {
  readonly path: Path;
  readonly problem: Problem;
}

export interface FileWithVariables {
  readonly yaml: YamlFile;
  /** With its variables not filled in. */
  readonly raw: Json;
  readonly environment: Environment;
}

/** Variables that are required and not set, and what looks like a reference or an expression and is none. */
export function variableProblems(
  file: FileWithVariables,
  missing: readonly MissingVariable[],
): readonly VariableProblem[] {
  const { yaml, raw } = file;
  const meant = meantIn(file);
  return [
    ...missing.map(({ path, message, name }): VariableProblem => {
      const orElse = `set ${name} in the environment or in .env, or write \${${name}:-} where it may be missing`;
      const hint = meant(name) ?? orElse;
      const at = yaml.positionOf(path);
      return { path, problem: { severity: 'error', code: 'config/missing-variable', message, at, hint } };
    }),
    ...textsIn(raw, []).flatMap(({ path, text }) =>
      isTemplate(raw, path) && text.startsWith('=')
        ? []
        : [...noReference(yaml, path, text), ...noExpression(file, path, text)],
    ),
  ];
}

/** Variables that are not set, where one that is set and that nothing else reads has almost the same name. */
export function misspeltVariables(file: FileWithVariables): readonly Problem[] {
  const meant = meantIn(file);
  return textsIn(file.raw, []).flatMap(({ path, text }) =>
    variableUses(text).flatMap(({ name, mayBeEmpty, offset }): Problem[] => {
      const hint = mayBeEmpty ? meant(name) : undefined;
      if (hint === undefined || file.environment.get(name) !== undefined) return [];
      const at = file.yaml.positionInText(path, offset);
      return [{ severity: 'warning', code: 'config/misspelt-variable', message: `${name} is not set`, at, hint }];
    }),
  );
}

/** What a name that is not set most likely stands for. */
function meantIn({ raw, environment }: FileWithVariables): (name: string) => string | undefined {
  const used = new Set([
    ...textsIn(raw, []).flatMap(({ text }) => variablesIn(text)),
    ...environmentVariables.map(({ name }) => name),
  ]);
  const free = environment.names().filter((name) => !used.has(name));
  return (name) => {
    const near = closest(name, free);
    return near === undefined ? undefined : `did you mean ${near}? That one is set`;
  };
}

const isExpression = ([section, , key, ...inner]: Path): boolean =>
  section === 'sources' && inner.length === 0 && expressionSettings.includes(String(key));

/** Nothing else is evaluated in gateway.yaml: the text of an expression would be taken for the value. */
function noExpression({ yaml, raw }: FileWithVariables, path: Path, text: string): VariableProblem[] {
  if (isExpression(path)) return [];
  if (!/^=\s*[$\w"'([{]/.test(text) || path.some((key) => secretKeys.includes(String(key)))) return [];
  const [, member] = /^=\s*\$vars\.(\w+)$/.exec(text) ?? [];
  const value = member === undefined ? undefined : valueAt(raw, ['vars', member]);
  const hint =
    typeof value === 'string'
      ? `write ${value}`
      : 'write the value itself, or take it from the environment, as in ${NAME}';
  const message = `${quote(text)} is an expression, and gateway.yaml has none`;
  return [
    { path, problem: { severity: 'error', code: 'config/expression', message, at: yaml.positionOf(path), hint } },
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
