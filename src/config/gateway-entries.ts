import { z } from 'zod';
import type { CommonSettings, ConfiguredDestination } from '../destinations/destination.ts';
import { destinationNamed, destinations as destinationRegistry } from '../destinations/index.ts';
import { didYouMean, suggest } from '../diagnostics/closest.ts';
import type { Problem } from '../diagnostics/problem.ts';
import { quote } from '../diagnostics/quote.ts';
import type { Json, JsonObject } from '../model/json.ts';
import { sourceTypes, sourceWords } from '../sources/coded.ts';
import type { ConfiguredSource, Source, SourceSettings } from '../sources/source.ts';
import type { YamlFile } from '../yaml/document.ts';
import { shapeProblems } from '../yaml/shape-problems.ts';
import type { Environment } from './environment.ts';
import { variablesIn } from './interpolate.ts';
import { literalCredentialProblems, literalSecretProblems, sourceSecrets, valueAt } from './secrets-in-file.ts';
import { driftingIn, unsetIn, withNamesFilled, withoutVariables, withTemplates } from './template-settings.ts';

/** Settings of one source or destination, with their variables filled in. */
export type Entry = JsonObject & { readonly type: string };

/** The file an entry stands in, and where what is wrong with it goes. */
export interface EntryScope {
  readonly yaml: YamlFile;
  /** With its variables not filled in. */
  readonly raw: Json;
  readonly problems: Problem[];
  readonly publicUrl: string | undefined;
  readonly environment: Pick<Environment, 'get'>;
  readonly sourceNamed: (name: string) => Source | undefined;
}

/** Where an entry stands: its section and its name. */
type EntryPath = readonly [string, string];

export function configureSource(path: EntryPath, entry: Entry, scope: EntryScope): readonly ConfiguredSource[] {
  const source = scope.sourceNamed(entry.type);
  if (source === undefined) {
    const hint = didYouMean(entry.type, sourceTypes) ?? `known types: ${sourceWords}`;
    return unknownType(path, entry.type, { scope, hint });
  }
  const parsed = source.settings.safeParse(entry);
  if (!parsed.success) return misshapen(path, parsed.error.issues, { scope, schema: source.settings });
  scope.problems.push(...literalSecretProblems(path, sourceSecrets, scope));
  const bound = source.bind?.(parsed.data) ?? source;
  if (bound.isUnsigned === true) scope.problems.push(unsigned(path, scope));
  const off = sourceOff(path, parsed.data, { scope, needsPublicUrl: bound.needsPublicUrl });
  const api = apiOff(path, parsed.data, { scope, source });
  return [{ name: path[1], source: bound, settings: parsed.data, off, apiOff: api }];
}

const unsigned = (path: EntryPath, { yaml }: EntryScope): Problem => ({
  severity: 'warning',
  code: 'config/unsigned-source',
  message: `source "${path[1]}" proves nothing: whoever learns its URL can send anything in its name`,
  at: yaml.positionOf([...path, 'type']),
  hint: 'use what the sender signs with, if it can sign; else keep the URL out of logs, and change the secret when it may be known',
});

function apiOff(
  path: EntryPath,
  settings: SourceSettings,
  { scope, source }: { scope: EntryScope; source: Pick<Source, 'api' | 'apiToken'> },
): string | null {
  if (source.apiToken === undefined || source.api?.(settings).token !== '') return null;
  return `${nameOfValue([...path, source.apiToken], scope)} is not set`;
}

function sourceOff(
  path: EntryPath,
  settings: SourceSettings,
  { scope, needsPublicUrl }: { scope: EntryScope; needsPublicUrl: boolean },
): string | null {
  if (settings.secret.length === 0) return `${nameOfValue([...path, 'secret'], scope)} is not set`;
  if (needsPublicUrl && scope.publicUrl === undefined && settings.public_url === undefined)
    return 'PUBLIC_URL is not set, and its signatures cover it';
  return null;
}

export function configureDestination(
  path: EntryPath,
  entry: Entry,
  scope: EntryScope,
): readonly ConfiguredDestination[] {
  const destination = destinationNamed(entry.type);
  if (destination === undefined) {
    const known = Object.keys(destinationRegistry);
    const hint = suggest(entry.type, known, { what: 'known types', otherwise: '' });
    return unknownType(path, entry.type, { scope, hint });
  }
  const raw = valueAt(scope.raw, path);
  const filled = withTemplates(entry, raw);
  const parsed = destination.settings.safeParse(filled);
  if (!parsed.success) return misshapen(path, parsed.error.issues, { scope, schema: destination.settings });
  scope.problems.push(...literalSecretProblems(path, destination.secrets, scope));
  const required = [...destination.required, ...(destination.requiredBy?.(parsed.data) ?? [])];
  const { templates, filledWhenSent = [] } = destination;
  const unset = required.find((key) => isUnset(parsed.data, key));
  const missing =
    unset === undefined ? unsetIn(raw, templates ?? [], scope.environment) : nameOfValue([...path, unset], scope);
  const off = missing === undefined ? null : `${missing} is not set`;
  const configured = { name: path[1], destination, settings: parsed.data, off };
  if (templates === undefined) return [configured];
  const misplaced = filledWhenSent.flatMap((key) => drifting([...path, key], scope));
  const literal = filledWhenSent.flatMap((key) => literalCredentialProblems([...path, key], scope));
  scope.problems.push(...misplaced, ...literal);
  if (misplaced.length > 0) return [];
  const unfilled = withoutVariables(filled, { raw, keys: filledWhenSent, environment: scope.environment });
  const settings = { ...parsed.data, ...unfilled.settings, filledIn: unfilled.filledIn };
  const tested = destination.settings.safeParse(withNamesFilled(entry, raw));
  return [{ ...configured, settings, ...(tested.success && { testSettings: tested.data }) }];
}

const drifting = (path: readonly string[], { yaml, raw }: EntryScope): readonly Problem[] =>
  driftingIn(valueAt(raw, path), path).map((place) => ({
    severity: 'error',
    code: 'config/invalid-variable',
    message: `${place.join('.')}: a variable stands behind an expression, which may leave the list without its place`,
    at: yaml.positionOf(place),
    hint: 'put it before the expressions of the list',
  }));

const isUnset = (settings: CommonSettings, key: string): boolean =>
  [undefined, null, ''].includes(Reflect.get(settings, key) as undefined);

/** The variable a setting comes from, which is what the operator has to set; else the setting itself. */
function nameOfValue(path: readonly string[], { raw }: EntryScope): string {
  const value = valueAt(raw, path);
  return (typeof value === 'string' ? variablesIn(value)[0] : undefined) ?? path.join('.');
}

function unknownType(path: EntryPath, type: string, { scope, hint }: { scope: EntryScope; hint: string }): [] {
  scope.problems.push({
    severity: 'error',
    code: 'config/unknown-type',
    message: `unknown type ${quote(type)}`,
    at: scope.yaml.positionOf([...path, 'type']),
    hint,
  });
  return [];
}

function misshapen(
  path: EntryPath,
  issues: readonly z.core.$ZodIssue[],
  { scope, schema }: { scope: EntryScope; schema: z.ZodType },
): [] {
  const inFile = issues.map((issue) => ({ ...issue, path: [...path, ...issue.path] }));
  const wrapped = path.toReversed().reduce<z.ZodType>((inner, key) => z.object({ [key]: inner }), schema);
  scope.problems.push(...shapeProblems(scope.yaml, inFile, { schema: wrapped, prefix: 'config' }));
  return [];
}
