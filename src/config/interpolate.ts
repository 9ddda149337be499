import { isJsonObject, type Json } from '../model/json.ts';
import type { Environment } from './environment.ts';

/** A variable that gateway.yaml insists on (`${NAME:?message}`) and the environment does not have. */
export interface MissingVariable {
  readonly path: readonly (string | number)[];
  readonly name: string;
  readonly message: string;
}

export const variableReference = /\$\{([A-Za-z_]\w*)(?::([-?])([^}]*))?\}/g;

/** A place in a text that names a variable. */
export interface VariableUse {
  readonly name: string;
  /** All of the place, as in `${NAME:-default}`. */
  readonly written: string;
  /** Nothing is filled in, and nothing said, where it is not set. */
  readonly mayBeEmpty: boolean;
  readonly offset: number;
}

export const variableUses = (text: string): readonly VariableUse[] =>
  [...text.matchAll(variableReference)]
    .filter(({ index }) => text[index - 1] !== '$')
    .map(({ index, 0: written, 1: name = '', 2: operator, 3: operand }) => ({
      name,
      written,
      mayBeEmpty: operator === undefined || (operator === '-' && !operand),
      offset: index,
    }));

/** The variables a text names. */
export const variablesIn = (text: string): readonly string[] => variableUses(text).map(({ name }) => name);

/**
 * `${NAME}`, `${NAME:-default}` and `${NAME:?message}`, as in docker compose, in every text of the file; `$${` is a
 * literal `${`. Done on parsed values, so that no variable's content can become YAML.
 */
export function interpolate(
  value: Json,
  environment: Pick<Environment, 'get'>,
): { readonly value: Json; readonly missing: readonly MissingVariable[] } {
  const missing: MissingVariable[] = [];
  const fill = (text: string, path: MissingVariable['path']): string =>
    text
      .split('$${')
      .map((part) =>
        part.replace(variableReference, (...[, name = '', operator, operand]: (string | undefined)[]) => {
          const found = environment.get(name);
          if (found !== undefined) return found;
          if (operator === '?')
            missing.push({ path, name, message: `${name} is not set: ${operand || 'it is required'}` });
          return operator === '-' ? (operand ?? '') : '';
        }),
      )
      .join('${');
  const walk = (node: Json, path: MissingVariable['path']): Json => {
    if (typeof node === 'string') return fill(node, path);
    if (Array.isArray(node)) return node.map((item: Json, index) => walk(item, [...path, index]));
    if (!isJsonObject(node)) return node;
    return Object.fromEntries(Object.entries(node).map(([key, member]) => [key, walk(member ?? null, [...path, key])]));
  };
  return { value: walk(value, []), missing };
}
