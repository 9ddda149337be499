import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseYaml, type YamlFile } from '../yaml/document.ts';
import { didYouMean, isError, type Problem } from '../yaml/problem.ts';
import { shapeProblems } from '../yaml/shape-problems.ts';
import { compileMapping, type MappingDefinition } from './compile.ts';
import { functionNames } from './expression.ts';
import { type MappingFile, mappingFile } from './schema.ts';
import type { TemplateProblem } from './template.ts';

/** The names a mapping may refer to, from gateway.yaml. */
export interface KnownNames {
  readonly sources: readonly string[];
  readonly destinations: readonly string[];
}

export interface LoadedMappings {
  /** Those without an error, disabled ones included. */
  readonly definitions: readonly MappingDefinition[];
  readonly problems: readonly Problem[];
  /** Every file looked at, as shown to people, whether good or not. */
  readonly files: readonly string[];
}

export const gatewayFileName = 'gateway.yaml';

/** Reads every mapping of a folder; one broken file never hides another. A missing folder holds no mappings. */
export async function loadMappings(folder: string, known: KnownNames): Promise<LoadedMappings> {
  const names = await mappingFileNames(folder);
  const loaded = await Promise.all(
    names.map(async (name) =>
      readMapping({ name, shown: join(folder, name) }, await readText(join(folder, name)), known),
    ),
  );
  return {
    definitions: loaded.flatMap(({ definition }) => (definition === undefined ? [] : [definition])),
    problems: loaded.flatMap(({ problems }) => problems),
    files: names.map((name) => join(folder, name)),
  };
}

async function mappingFileNames(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() && /\.ya?ml$/.test(entry.name) && entry.name !== gatewayFileName)
      .map(({ name }) => name)
      .sort();
  } catch (error) {
    // No folder is no mappings: the gateway still receives and keeps every event.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

async function readText(path: string): Promise<string> {
  // Links are not followed: one could point at a file that is no mapping.
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

export interface MappingText {
  /** The file's name inside the mappings folder. */
  readonly name: string;
  /** How problems name it. */
  readonly shown: string;
}

/** One file's text → a definition, or what is wrong with it. Pure. */
export function readMapping(
  { name, shown }: MappingText,
  text: string,
  known: KnownNames,
): { readonly definition?: MappingDefinition; readonly problems: readonly Problem[] } {
  const parsed = parseYaml(shown, text);
  if (!parsed.ok) return { problems: parsed.problems };
  const shaped = mappingFile.safeParse(parsed.yaml.value);
  if (!shaped.success)
    return { problems: shapeProblems(parsed.yaml, shaped.error.issues, { schema: mappingFile, prefix: 'mapping' }) };
  const definition = { file: name, version: versionOf(text), content: shaped.data };
  const problems = [
    ...compileMapping(definition).problems.map((problem) => expressionProblem(parsed.yaml, problem, shaped.data)),
    ...nameProblems(parsed.yaml, shaped.data, known),
  ];
  return problems.some(isError) ? { problems } : { definition, problems };
}

const versionOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12);

function expressionProblem(
  yaml: YamlFile,
  { code, message, name, offset, path }: TemplateProblem,
  content: MappingFile,
): Problem {
  const letNames = Object.keys(content.let ?? {});
  const variables = ['body', 'headers', 'query', 'vars', 'meta', 'item', 'index', 'event', 'config', ...letNames];
  const hint =
    code === 'expr/unknown-name' && name !== undefined
      ? didYouMean(name, [...functionNames, ...variables], (known) => `$${known}`)
      : undefined;
  return { severity: 'error', code, message, at: yaml.positionInText(path, offset ?? 0), hint };
}

function nameProblems(yaml: YamlFile, content: MappingFile, known: KnownNames): readonly Problem[] {
  const problems: Problem[] = [];
  if (!known.sources.includes(content.source))
    problems.push(unknownName(yaml, ['source'], { what: 'source', name: content.source, known: known.sources }));
  const list = Array.isArray(content.destinations);
  const names = Array.isArray(content.destinations) ? content.destinations : Object.keys(content.destinations);
  for (const [index, name] of names.entries()) {
    if (known.destinations.includes(name)) continue;
    problems.push(
      unknownName(yaml, ['destinations', list ? index : name], {
        what: 'destination',
        name,
        known: known.destinations,
      }),
    );
  }
  return problems;
}

interface UnknownName {
  readonly what: 'source' | 'destination';
  readonly name: string;
  readonly known: readonly string[];
}

function unknownName(yaml: YamlFile, path: readonly (string | number)[], { what, name, known }: UnknownName): Problem {
  return {
    severity: 'error',
    code: `mapping/unknown-${what}`,
    message: `no ${what} called "${name}" in ${gatewayFileName}`,
    at: typeof path.at(-1) === 'string' && path.length > 1 ? yaml.positionOfKey(path) : yaml.positionOf(path),
    hint: didYouMean(name, known) ?? (known.length > 0 ? `known ${what}s: ${known.join(', ')}` : undefined),
  };
}
