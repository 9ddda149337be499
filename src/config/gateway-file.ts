import { z } from 'zod';
import type { CommonSettings, ConfiguredDestination } from '../destinations/destination.ts';
import { destinationNamed, destinations as destinationRegistry } from '../destinations/index.ts';
import { resourceName } from '../mapping/schema.ts';
import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import { sourceNamed, sources as sourceRegistry } from '../sources/index.ts';
import type { ConfiguredSource, SourceSettings } from '../sources/source.ts';
import { parseYaml, type YamlFile } from '../yaml/document.ts';
import { didYouMean, type Problem } from '../yaml/problem.ts';
import { shapeProblems } from '../yaml/shape-problems.ts';
import type { Environment } from './environment.ts';
import { interpolate, variablesIn } from './interpolate.ts';

/** What gateway.yaml configures. Entries with an error are left out and named in `problems`. */
export interface GatewayFile {
  readonly sources: readonly ConfiguredSource[];
  readonly destinations: readonly ConfiguredDestination[];
  /** `$vars` in every mapping; not secret. */
  readonly vars: JsonObject;
  readonly problems: readonly Problem[];
}

const entry = z.looseObject({ type: z.string() });
export const fileShape = z.strictObject({
  version: z.literal(1, { error: 'must be 1' }).meta({ description: 'Version of the format.' }),
  sources: z.record(resourceName, entry).default({}).meta({ description: 'Who sends to us; each at POST /in/<name>.' }),
  destinations: z.record(resourceName, entry).default({}).meta({ description: 'Whom we send to.' }),
  vars: z
    .record(z.string(), z.json())
    .default({})
    .meta({ description: 'Values that mappings read as $vars; no secrets.' }),
});

export interface GatewayFileContext {
  readonly environment: Environment;
  readonly publicUrl: string | undefined;
}

/** gateway.yaml's text with its variables filled in → sources, destinations, vars. Pure but for the environment it is given. */
export function readGatewayFile(shown: string, text: string, context: GatewayFileContext): GatewayFile {
  const parsed = parseYaml(shown, text);
  if (!parsed.ok) return { sources: [], destinations: [], vars: {}, problems: parsed.problems };
  const raw = (parsed.yaml.value ?? {}) as Json;
  const { value, missing } = interpolate(raw, context.environment);
  const problems: Problem[] = missing.map(({ path, message }) => ({
    severity: 'error',
    code: 'config/missing-variable',
    message,
    at: parsed.yaml.positionOf(path),
  }));
  const shaped = fileShape.safeParse(value);
  if (!shaped.success) {
    problems.push(...shapeProblems(parsed.yaml, shaped.error.issues, { schema: fileShape, prefix: 'config' }));
    return { sources: [], destinations: [], vars: {}, problems };
  }
  const scope: Scope = { yaml: parsed.yaml, raw, problems, publicUrl: context.publicUrl };
  return {
    sources: Object.entries(shaped.data.sources).flatMap(([key, settings]) => configureSource(key, settings, scope)),
    destinations: Object.entries(shaped.data.destinations).flatMap(([key, settings]) =>
      configureDestination(key, settings, scope),
    ),
    vars: shaped.data.vars as JsonObject,
    problems,
  };
}

interface Scope {
  readonly yaml: YamlFile;
  readonly raw: Json;
  readonly problems: Problem[];
  readonly publicUrl: string | undefined;
}

type Entry = z.output<typeof entry>;

function configureSource(key: string, settings: Entry, scope: Scope): readonly ConfiguredSource[] {
  const source = sourceNamed(settings.type);
  if (source === undefined)
    return unknownType(['sources', key, 'type'], settings.type, { scope, known: Object.keys(sourceRegistry) });
  const parsed = source.settings.safeParse(settings);
  if (!parsed.success) return misshapen(['sources', key], parsed.error.issues, { scope, schema: source.settings });
  warnOfLiteralSecrets(['sources', key], ['secret', 'api_key', 'access_token'], scope);
  const off = sourceOff(key, parsed.data, { scope, needsPublicUrl: source.needsPublicUrl });
  return [{ name: key, source, settings: parsed.data, off }];
}

function sourceOff(
  key: string,
  settings: SourceSettings,
  { scope, needsPublicUrl }: { scope: Scope; needsPublicUrl: boolean },
): string | null {
  if (settings.secret.length === 0) return `${nameOfValue(['sources', key, 'secret'], scope)} is not set`;
  if (needsPublicUrl && scope.publicUrl === undefined && settings.public_url === undefined)
    return 'PUBLIC_URL is not set, and its signatures cover it';
  return null;
}

function configureDestination(key: string, settings: Entry, scope: Scope): readonly ConfiguredDestination[] {
  const destination = destinationNamed(settings.type);
  if (destination === undefined)
    return unknownType(['destinations', key, 'type'], settings.type, {
      scope,
      known: Object.keys(destinationRegistry),
    });
  const parsed = destination.settings.safeParse(settings);
  if (!parsed.success)
    return misshapen(['destinations', key], parsed.error.issues, { scope, schema: destination.settings });
  warnOfLiteralSecrets(['destinations', key], destination.secrets, scope);
  const missing = destination.required.find((required) => isUnset(parsed.data, required));
  const off = missing === undefined ? null : `${nameOfValue(['destinations', key, missing], scope)} is not set`;
  return [{ name: key, destination, settings: parsed.data, off }];
}

const isUnset = (settings: CommonSettings, key: string): boolean =>
  [undefined, null, ''].includes(Reflect.get(settings, key) as undefined);

/** The variable a setting comes from, which is what the operator has to set; else the setting itself. */
function nameOfValue(path: readonly string[], { raw }: Scope): string {
  const value = valueAt(raw, path);
  return (typeof value === 'string' ? variablesIn(value)[0] : undefined) ?? path.join('.');
}

const valueAt = (root: Json, path: readonly string[]): Json | undefined =>
  path.reduce<Json | undefined>((value, key) => (isJsonObject(value) ? value[key] : undefined), root);

/** `path` leads to the misspelt type. */
function unknownType(
  path: readonly string[],
  type: string,
  { scope, known }: { scope: Scope; known: readonly string[] },
): [] {
  scope.problems.push({
    severity: 'error',
    code: 'config/unknown-type',
    message: `unknown type "${type}"`,
    at: scope.yaml.positionOf(path),
    hint: didYouMean(type, known) ?? `known types: ${known.join(', ')}`,
  });
  return [];
}

function misshapen(
  path: readonly string[],
  issues: readonly z.core.$ZodIssue[],
  { scope, schema }: { scope: Scope; schema: z.ZodType },
): [] {
  const inFile = issues.map((issue) => ({ ...issue, path: [...path, ...issue.path] }));
  const wrapped = path.toReversed().reduce<z.ZodType>((inner, key) => z.object({ [key]: inner }), schema);
  scope.problems.push(...shapeProblems(scope.yaml, inFile, { schema: wrapped, prefix: 'config' }));
  return [];
}

function warnOfLiteralSecrets(
  path: readonly string[],
  secrets: readonly string[],
  { yaml, raw, problems }: Scope,
): void {
  for (const secret of secrets) {
    const values = [valueAt(raw, [...path, secret])].flat();
    if (!values.some((value) => typeof value === 'string' && value !== '' && variablesIn(value).length === 0)) continue;
    problems.push({
      severity: 'warning',
      code: 'config/literal-secret',
      message: `${[...path, secret].join('.')} is written in the file`,
      at: yaml.positionOf([...path, secret]),
      hint: 'name an environment variable instead, as in ${NAME}, so that the file can be committed',
    });
  }
}
