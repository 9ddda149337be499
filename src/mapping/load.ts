import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { isJsonObject, type Json } from '../model/json.ts';
import { fileBytesMax, parseYaml, type YamlFile } from '../yaml/document.ts';
import { didYouMean, isError, type Problem } from '../yaml/problem.ts';
import { shapeProblems } from '../yaml/shape-problems.ts';
import { compileMapping, everywhere, type MappingDefinition } from './compile.ts';
import { functionNames } from './expression.ts';
import { gatewayFileName, mappingFileNames, readText } from './folder.ts';
import { type MappingFile, mappingFile } from './schema.ts';
import { expressionText, type TemplatePath, type TemplateProblem } from './template.ts';

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

/** Reads every mapping of a folder; one broken file never hides another. A missing folder holds no mappings. */
export async function loadMappings(folder: string, known: KnownNames): Promise<LoadedMappings> {
  const names = await fileNames(folder);
  const loaded = await Promise.all(names.map((name) => readMappingFile({ name, shown: join(folder, name) }, known)));
  return {
    definitions: loaded.flatMap(({ definition }) => (definition === undefined ? [] : [definition])),
    problems: loaded.flatMap(({ problems }) => problems),
    files: names.map((name) => join(folder, name)),
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

/** One file → a definition, or what is wrong with it. */
async function readMappingFile({ name, shown }: MappingText, known: KnownNames): Promise<ReadMapping> {
  const read = await readText(shown, fileBytesMax);
  if ('text' in read) return readMapping({ name, shown }, read.text, known);
  return { problems: [{ severity: 'error', at: { file: shown, line: 1, column: 1 }, ...read }] };
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
  readonly problems: readonly Problem[];
}

/** One file's text → a definition, or what is wrong with it. Pure. */
export function readMapping({ name, shown }: MappingText, text: string, known: KnownNames): ReadMapping {
  const parsed = parseYaml(shown, text);
  if (!parsed.ok) return { problems: parsed.problems };
  const shaped = mappingFile.safeParse(parsed.yaml.value);
  if (!shaped.success)
    return { problems: shapeProblems(parsed.yaml, shaped.error.issues, { schema: mappingFile, prefix: 'mapping' }) };
  const definition = { file: name, version: versionOf(text), content: shaped.data };
  const problems = [
    ...compileMapping(definition).problems.map((problem) => expressionProblem(parsed.yaml, problem, shaped.data)),
    ...nameProblems(parsed.yaml, shaped.data, known),
    ...variableProblems(parsed.yaml, shaped.data),
  ];
  return problems.some(isError) ? { problems } : { definition, problems };
}

const versionOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12);

function expressionProblem(
  yaml: YamlFile,
  { code, message, name, offset, path }: TemplateProblem,
  content: MappingFile,
): Problem {
  const hint = code === 'expr/unknown-name' && name !== undefined ? nameHint(name, content) : undefined;
  return { severity: 'error', code, message, at: yaml.positionInText(path, offset ?? 0), hint };
}

const perItem = 'for_each gives it to the expressions under event and destinations';
const perDestination = 'it is known to the expressions under destinations';
/** Names that exist, but not everywhere. */
const elsewhere = new Map([
  ['item', perItem],
  ['index', perItem],
  ['event', perDestination],
  ['config', perDestination],
]);

function nameHint(name: string, content: MappingFile): string | undefined {
  const lets = Object.keys(content.let ?? {});
  if (lets.includes(name)) return 'a name of let is known to the entries below it, not to those above';
  const names = [...functionNames, ...everywhere, ...elsewhere.keys(), ...lets];
  return elsewhere.get(name) ?? didYouMean(name, names, (known) => `$${known}`);
}

/** `${NAME}` is filled in only in gateway.yaml; in a mapping it would reach the vendor as it stands. */
function variableProblems(yaml: YamlFile, { let: lets, event, destinations }: MappingFile): readonly Problem[] {
  return textsIn({ let: lets, event, destinations } as Json).flatMap(({ path, text }): Problem[] => {
    if (expressionText(text) !== undefined || !/\$\{[A-Za-z_]\w*[}:]/.test(text)) return [];
    const message = `\${NAME} works only in ${gatewayFileName}`;
    const hint = `give the value a name under vars: in ${gatewayFileName}, and write =$vars.name here`;
    return [{ severity: 'error', code: 'mapping/variable', message, at: yaml.positionOf(path), hint }];
  });
}

function textsIn(value: Json | undefined, path: TemplatePath = []): readonly { path: TemplatePath; text: string }[] {
  if (typeof value === 'string') return [{ path, text: value }];
  if (Array.isArray(value)) return value.flatMap((item: Json, index) => textsIn(item, [...path, index]));
  return isJsonObject(value) ? Object.entries(value).flatMap(([key, member]) => textsIn(member, [...path, key])) : [];
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
