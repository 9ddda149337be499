import { z } from 'zod';
import type { ConfiguredDestination } from '../destinations/destination.ts';
import { destinations as destinationRegistry } from '../destinations/index.ts';
import { inOrder, type Problem } from '../diagnostics/problem.ts';
import { resourceName } from '../mapping/schema.ts';
import type { KnownNames } from '../mapping/static/known-names.ts';
import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import { codedNamed, sourceWords } from '../sources/coded.ts';
import type { ConfiguredSource, Source } from '../sources/source.ts';
import { parseYaml, withExcerpts, type YamlFile } from '../yaml/document.ts';
import { keysMeant } from '../yaml/meant-key.ts';
import { keysAt } from '../yaml/schema-at.ts';
import { shapeProblems } from '../yaml/shape-problems.ts';
import type { Environment } from './environment.ts';
import { configureDestination, configureSource, type Entry, type EntryScope } from './gateway-entries.ts';
import { interpolate } from './interpolate.ts';
import { concealSecrets } from './secrets-in-file.ts';
import { misspeltVariables, type VariableProblem, variableProblems } from './variable-problems.ts';

/** What gateway.yaml configures. Entries with an error are left out and named in `problems`. */
export interface GatewayFile {
  readonly sources: readonly ConfiguredSource[];
  readonly destinations: readonly ConfiguredDestination[];
  /** `$vars` in every mapping; not secret. */
  readonly vars: JsonObject;
  readonly problems: readonly Problem[];
  /** What mappings may refer to; entries with an error included, so that one mistake is told once. */
  readonly names: KnownNames;
}

const entryOf = (types: string) => z.looseObject({ type: z.string().meta({ description: `one of ${types}` }) });

export const fileShape = z.strictObject({
  version: z.literal(1, { error: 'must be 1' }).meta({ description: 'Version of the format.' }),
  sources: z
    .record(resourceName, entryOf(sourceWords))
    .default({})
    .meta({ description: 'Who sends to us; each at POST /in/<name>.' }),
  destinations: z
    .record(resourceName, entryOf(Object.keys(destinationRegistry).join(', ')))
    .default({})
    .meta({ description: 'Whom we send to.' }),
  vars: z
    .record(z.string(), z.json())
    .default({})
    .meta({ description: 'Values that mappings read as $vars; no secrets.' }),
});

export interface GatewayFileContext {
  readonly environment: Environment;
  readonly publicUrl: string | undefined;
  /** Those that need code where nothing is said. */
  readonly sourceNamed?: (name: string) => Source | undefined;
}

/** gateway.yaml's text with its variables filled in → sources, destinations, vars. Pure but for the environment it is given. */
export function readGatewayFile(shown: string, text: string, context: GatewayFileContext): GatewayFile {
  const parsed = parseYaml(shown, text);
  const { yaml } = parsed;
  const syntax = parsed.ok ? [] : parsed.problems;
  if (yaml === undefined) return { ...nothing, problems: concealSecrets(syntax, text), names: unknowable };
  const raw = (yaml.value ?? {}) as Json;
  const { value, missing } = interpolate(raw, context.environment);
  const withVariables = { yaml, raw, environment: context.environment };
  const variables = variableProblems(withVariables, missing);
  const shaped = fileShape.safeParse(value);
  const shape = shapeProblems(yaml, shaped.error?.issues ?? [], { schema: fileShape, prefix: 'config' });
  const sections = sectionsOf(value);
  const problems: Problem[] = [...misspeltVariables(withVariables)];
  const scope: EntryScope = {
    yaml,
    raw,
    problems,
    publicUrl: context.publicUrl,
    environment: context.environment,
    sourceNamed: context.sourceNamed ?? codedNamed,
  };
  const isWhole = ([section, name]: readonly [string, string]): boolean =>
    !variables.some(({ path }) => path[0] === section && path[1] === name);
  const configured = {
    sources: entriesIn(sections.sources).flatMap(([path, entry]) =>
      configureSource(path, entry, scope).filter(() => isWhole(path)),
    ),
    destinations: entriesIn(sections.destinations).flatMap(([path, entry]) =>
      configureDestination(path, entry, scope).filter(() => isWhole(path)),
    ),
  };
  const vars = shaped.success ? (shaped.data.vars as JsonObject) : {};
  const told = [...syntax, ...primary(yaml, variables, [...yaml.warnings, ...shape, ...problems])];
  const names = namesIn(sections, { configured: configured.sources, isIncomplete: !parsed.ok });
  return { ...configured, vars, problems: concealSecrets(withExcerpts(inOrder(told), text), text), names };
}

const nothing = { sources: [], destinations: [], vars: {} };
const unknowable: KnownNames = { sources: [], destinations: [], isIncomplete: true };

/** What does not only follow from a problem of the YAML, or from a variable in the same value. */
function primary(
  yaml: YamlFile,
  variables: readonly VariableProblem[],
  others: readonly Problem[],
): readonly Problem[] {
  const values = variables.map(({ path }) => yaml.positionOf(path));
  const follows = ({ at }: Problem): boolean =>
    values.some(({ line, column }) => at.line === line && at.column === column);
  const own = variables.map(({ problem }) => problem);
  return [...own, ...others.filter((problem) => !follows(problem))].filter(({ at }) => !yaml.isSpoilt(at));
}

interface Section {
  readonly key: string;
  readonly value: Json | undefined;
}

interface Sections {
  readonly sources: Section;
  readonly destinations: Section;
  readonly vars: Section;
}

/** A misspelt section is told as such; what it names is known all the same. */
function sectionsOf(value: Json): Sections {
  const root = isJsonObject(value) ? value : {};
  const meant = keysMeant(Object.keys(root), keysAt(fileShape, []));
  const section = (name: string): Section => {
    const key = meant.get(name) ?? name;
    return { key, value: root[key] };
  };
  return { sources: section('sources'), destinations: section('destinations'), vars: section('vars') };
}

/** The entries that can be looked at, with their path; what is wrong with the others is their shape. */
function entriesIn({ key, value }: Section): readonly (readonly [readonly [string, string], Entry])[] {
  return Object.entries(isJsonObject(value) ? value : {}).flatMap(([name, entry]) =>
    isJsonObject(entry) && typeof entry.type === 'string' && resourceName.safeParse(name).success
      ? [[[key, name], { ...entry, type: entry.type }] as const]
      : [],
  );
}

interface Configured {
  readonly configured: readonly ConfiguredSource[];
  readonly isIncomplete: boolean;
}

function namesIn({ sources, destinations, vars }: Sections, { configured, isIncomplete }: Configured): KnownNames {
  const keys = ({ value }: Section): readonly string[] => (isJsonObject(value) ? Object.keys(value) : []);
  const isUsable = ({ value }: Section): boolean => value === undefined || isJsonObject(value);
  const isNamed = (section: Section): boolean =>
    isUsable(section) && keys(section).every((name) => resourceName.safeParse(name).success);
  return {
    sources: keys(sources),
    destinations: keys(destinations),
    ...(isUsable(vars) && { vars: keys(vars) }),
    sourceTypes: Object.fromEntries(configured.map(({ name, source }) => [name, source.name])),
    eventTypes: Object.fromEntries(configured.map(({ name, source }) => [name, source.eventTypes])),
    isIncomplete: isIncomplete || !isNamed(sources) || !isNamed(destinations),
  };
}
