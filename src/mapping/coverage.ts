import { isJsonObject, type Json } from '../model/json.ts';
import type { MappingDefinition } from './compile.ts';
import { expressionText } from './expression-text.ts';
import type { Run } from './run.ts';
import type { TemplatePath } from './template.ts';
import type { TraceEntry } from './trace.ts';

/** One expression of a mapping file. */
export interface WrittenExpression {
  readonly file: string;
  readonly path: TemplatePath;
  /** With its `=`. */
  readonly text: string;
}

/** Which of the mappings' expressions some test made produce a value. */
export interface Coverage {
  readonly total: number;
  readonly missed: readonly WrittenExpression[];
}

export function coverageOf(
  definitions: readonly MappingDefinition[],
  runs: readonly { readonly file: string; readonly run?: Run }[],
): Coverage {
  const covered = new Set(
    runs.flatMap(({ file, run }) => producedIn(run?.trace ?? []).map((path) => keyOf(file, path))),
  );
  const all = definitions.flatMap(expressionsIn);
  return { total: all.length, missed: all.filter(({ file, path }) => !covered.has(keyOf(file, path))) };
}

/** An expression that comes to nothing or null in every test may as well be misspelt. */
const producedIn = (trace: readonly TraceEntry[]): readonly TemplatePath[] =>
  trace.filter(({ result }) => result.kind === 'value' && result.value !== null).map(({ path }) => path);

const keyOf = (file: string, path: TemplatePath): string => JSON.stringify([file, ...path.map(String)]);

function expressionsIn({ file, content }: MappingDefinition): readonly WrittenExpression[] {
  const { when, let: lets, for_each, event, destinations } = content;
  const found = expressions({ let: lets, when, for_each, event, destinations } as Json, []);
  return found.map(({ path, text }) => ({ file, path, text }));
}

function expressions(value: Json | undefined, path: TemplatePath): readonly Omit<WrittenExpression, 'file'>[] {
  if (typeof value === 'string') return expressionText(value) === undefined ? [] : [{ path, text: value.trim() }];
  if (Array.isArray(value)) return value.flatMap((item: Json, index) => expressions(item, [...path, index]));
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, member]) => expressions(member, [...path, key]));
}
