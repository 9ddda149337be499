import { destinations as destinationRegistry } from '../destinations/index.ts';
import type { Problem } from '../diagnostics/problem.ts';
import { isJsonObject, type Json } from '../model/json.ts';
import type { YamlFile } from '../yaml/document.ts';
import { variablesIn } from './interpolate.ts';

/** Secrets belong into the environment; where one stands in gateway.yaml all the same, nobody is shown it again. */

export const sourceSecrets: readonly string[] = ['secret', 'api_key', 'access_token', 'verify_token'];
export const secretKeys: readonly string[] = [
  ...new Set([...sourceSecrets, ...Object.values(destinationRegistry).flatMap(({ secrets }) => secrets)]),
];

interface InFile {
  readonly yaml: YamlFile;
  readonly raw: Json;
}

export function literalSecretProblems(
  path: readonly string[],
  secrets: readonly string[],
  { yaml, raw }: InFile,
): readonly Problem[] {
  return secrets.flatMap((secret): Problem[] => {
    const values = [valueAt(raw, [...path, secret])].flat();
    if (!values.some((value) => typeof value === 'string' && value !== '' && variablesIn(value).length === 0))
      return [];
    return [
      {
        severity: 'warning',
        code: 'config/literal-secret',
        message: `${[...path, secret].join('.')} is written in the file`,
        at: yaml.positionOf([...path, secret]),
        hint: 'name an environment variable instead, as in ${NAME}, so that the file can be committed',
      },
    ];
  });
}

/** What people call a credential that they put into a header, a query or a body. */
const credentialName = '(?:[\\w-]*[_-])?(?:apikey|token|secret|password)|[\\w-]+[_-]key';
const isCredential = new RegExp(`^(?:${credentialName})$`, 'i');

/** Of a request that stands in the file: it would be stored and shown with every delivery. */
export function literalCredentialProblems(path: readonly string[], { yaml, raw }: InFile): readonly Problem[] {
  return credentialsIn(valueAt(raw, path), path).map((place) => ({
    severity: 'warning',
    code: 'config/literal-secret',
    message: `${place.join('.')} is written in the file, and shown with every delivery`,
    at: yaml.positionOf(place),
    hint: 'name an environment variable instead, as in ${NAME}: what it holds is neither stored nor shown',
  }));
}

type Place = readonly (string | number)[];

function credentialsIn(value: Json | undefined, path: Place): readonly Place[] {
  if (typeof value === 'string') {
    const isLiteral = value !== '' && !value.startsWith('=') && variablesIn(value).length === 0;
    const key = path.findLast((step) => typeof step === 'string');
    return isLiteral && isCredential.test(String(key)) ? [path] : [];
  }
  if (Array.isArray(value)) return value.flatMap((item: Json, index) => credentialsIn(item, [...path, index]));
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, member]) => credentialsIn(member, [...path, key]));
}

export const valueAt = (root: Json, path: readonly string[]): Json | undefined =>
  path.reduce<Json | undefined>((value, key) => (isJsonObject(value) ? value[key] : undefined), root);

/** What stands behind the key of a secret: on its own line, or as a list on the lines below. */
const secretValue = new RegExp(
  `(?:^|(?<!\\$)[\\s{,"'])(?:${secretKeys.join('|')}|${credentialName})["']?[ \\t]*:[ \\t]*(?!["']?=)` +
    `("[^"\\n]*"?|'[^'\\n]*'?|\\[[^\\]]*\\]?|[^\\s,}\\]#][^,}\\]\\n]*|\\r?\\n(?:[ \\t]*-[^\\n]*\\n?)+)`,
  'gim',
);
/** The name of a variable is no secret; its default is one. */
const variable = /\$\{\{?\s*[\w.]*(?::([-?])([^}]*))?\}{0,2}|^["']?\$[A-Z][A-Z0-9_]*["']?$/g;

const literalsIn = (value: string): readonly string[] =>
  value.replace(variable, (_, operator, operand) => (operator === '-' ? operand : ' ')).split(/[\s,[\]"']+/);

/** A shorter word would be found in everything that is said. */
const secretLengthMin = 4;

/** The same problems without any secret of the file in them: in what they say, and in the lines they show. */
export function concealSecrets(problems: readonly Problem[], text: string): readonly Problem[] {
  const literals = [...text.matchAll(secretValue)]
    .flatMap(([, value = '']) => literalsIn(value))
    .filter((word) => word.length >= secretLengthMin)
    .toSorted((a, b) => b.length - a.length);
  const conceal = (shown: string): string =>
    literals.reduce((rest, literal) => rest.replaceAll(literal, '•'.repeat(literal.length)), shown);
  return problems.map((problem) => ({
    ...problem,
    message: conceal(problem.message),
    hint: conceal(problem.hint),
    ...(problem.excerpt !== undefined && { excerpt: conceal(problem.excerpt) }),
  }));
}
