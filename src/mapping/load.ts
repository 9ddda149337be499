import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { inOrder, isError, type Problem } from '../diagnostics/problem.ts';
import type { Position } from '../model/error.ts';
import { isJsonObject } from '../model/json.ts';
import { parseYaml, withExcerpts, type YamlFile } from '../yaml/document.ts';
import { fileBytesMax } from '../yaml/limits.ts';
import { shapeProblems } from '../yaml/shape-problems.ts';
import type { MappingDefinition } from './compile.ts';
import { fixturePaths, fixtureProblems, fixturesIn, type NamedFixture } from './fixtures.ts';
import { mappingFileNames, readText } from './folder.ts';
import { mappingFile } from './schema.ts';
import { eventProblems } from './static/event-checks.ts';
import type { KnownNames } from './static/known-names.ts';
import { literalProblems } from './static/literal-checks.ts';
import { placeOf, type Reference, referenceProblems, referencesIn } from './static/reference-checks.ts';
import { siteProblems } from './static/site-checks.ts';
import { partsOf, sitesIn } from './static/sites.ts';

export interface LoadedMappings {
  /** Those without an error, disabled ones included. */
  readonly definitions: readonly MappingDefinition[];
  readonly problems: readonly Problem[];
  /** Every file looked at, as shown to people, whether good or not. */
  readonly files: readonly string[];
  readonly references: readonly PlacedReference[];
  /** The files of the folder that tests read, by their path in it, whether there or not. */
  readonly fixtures: readonly string[];
}

/** Reads every mapping of a folder; one broken file never hides another. A missing folder holds no mappings. */
export async function loadMappings(folder: string, known: KnownNames): Promise<LoadedMappings> {
  const names = await fileNames(folder);
  const loaded = await Promise.all(names.map((name) => readMappingFile(name, folder, known)));
  return {
    definitions: loaded.flatMap(({ definition }) => (definition === undefined ? [] : [definition])),
    problems: loaded.flatMap(({ problems }) => problems),
    references: loaded.flatMap(({ references }) => references ?? []),
    files: names.map((name) => join(folder, name)),
    fixtures: [...new Set(loaded.flatMap(({ fixtures }) => fixturePaths(fixtures ?? [])))],
  };
}

async function fileNames(folder: string): Promise<readonly string[]> {
  try {
    return await mappingFileNames(folder);
  } catch (error) {
    // No folder is no mappings: the gateway still receives and keeps every event.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

/** One file → a definition, or what is wrong with it and with the fixtures of its tests. */
async function readMappingFile(name: string, folder: string, known: KnownNames): Promise<ReadMapping> {
  const shown = join(folder, name);
  const content = await readText(shown, fileBytesMax);
  if (!('text' in content))
    return { problems: [{ severity: 'error', at: { file: shown, line: 1, column: 1 }, ...content }] };
  const read = readMapping({ name, shown }, content.text, known);
  const found = await fixtureProblems(read.fixtures ?? [], folder);
  if (found.length === 0) return read;
  const { definition: _, ...rest } = read;
  return { ...rest, problems: inOrder([...read.problems, ...found]) };
}

export interface MappingText {
  /** The file's name inside the mappings folder. */
  readonly name: string;
  /** How problems name it. */
  readonly shown: string;
}

export interface ReadMapping {
  /** Absent when a problem is an error. */
  readonly definition?: MappingDefinition;
  /** The way back from the definition to the text; absent where nothing of it can be read. */
  readonly yaml?: YamlFile;
  readonly problems: readonly Problem[];
  readonly references?: readonly PlacedReference[];
  readonly fixtures?: readonly NamedFixture[];
}

/** Where a mapping names a source or destination of gateway.yaml. */
export interface PlacedReference extends Pick<Reference, 'what' | 'name'> {
  readonly at: Position;
  readonly yaml: Pick<YamlFile, 'text'>;
}

/**
 * One file's text → a definition, or what is wrong with it: with its YAML, its shape, its expressions and its names,
 * all in one go. Pure.
 */
export function readMapping({ name, shown }: MappingText, text: string, known: KnownNames): ReadMapping {
  const parsed = parseYaml(shown, text);
  const syntax = parsed.ok ? [] : parsed.problems;
  const { yaml } = parsed;
  if (yaml === undefined) return { problems: syntax };
  const shaped = mappingFile.safeParse(yaml.value);
  const shape = shapeProblems(yaml, shaped.error?.issues ?? [], { schema: mappingFile, prefix: 'mapping' });
  const meaning = [
    ...yaml.warnings,
    ...expressionProblems(yaml, known),
    ...referenceProblems(yaml, known),
    ...literalProblems(yaml),
    // What is not there may stand where something else is wrong.
    ...(parsed.ok && shaped.success ? eventProblems(yaml, yaml.value) : []),
  ];
  const problems = inOrder(withExcerpts([...syntax, ...primary(yaml, shape, meaning)], text));
  const references = referencesIn(yaml.value).map((reference) => ({
    ...reference,
    at: placeOf(yaml, reference),
    yaml,
  }));
  const read = { yaml, problems, references, fixtures: fixturesIn(yaml) };
  if (!shaped.success || problems.some(isError)) return read;
  return { ...read, definition: { file: name, version: versionOf(text), content: shaped.data } };
}

const versionOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12);

function expressionProblems(yaml: YamlFile, { vars, sourceTypes = {} }: KnownNames): readonly Problem[] {
  const lets = isJsonObject(yaml.value) ? partsOf(yaml.value)('let').value : undefined;
  const letNames = isJsonObject(lets) ? Object.keys(lets) : [];
  const { source, events } = isJsonObject(yaml.value) ? yaml.value : {};
  // Only Stripe's bodies say in `type` what an event's type is.
  const isStripe = typeof source === 'string' && sourceTypes[source] === 'stripe';
  const patterns = [events].flat().filter((pattern) => typeof pattern === 'string');
  const types = { paths: isStripe ? ['type', '$meta.type'] : ['$meta.type'], patterns };
  return siteProblems(sitesIn(yaml.value), { yaml, letNames, vars, types });
}

/** What does not only follow from a problem that is told already: of the YAML on these lines, or of the shape right here. */
function primary(yaml: YamlFile, shape: readonly Problem[], meaning: readonly Problem[]): readonly Problem[] {
  const isSame = (a: Position, b: Position): boolean => a.line === b.line && a.column === b.column;
  const own = meaning.filter(({ at }) => !shape.some((problem) => isSame(problem.at, at)));
  return [...shape, ...own].filter(({ at }) => !yaml.isSpoilt(at));
}
