import { LineCounter } from 'yaml';
import { excerptOf } from '../diagnostics/excerpt.ts';
import type { Problem } from '../diagnostics/problem.ts';
import type { Position } from '../model/error.ts';
import type { Span } from './fault.ts';
import { refuseUnsafe } from './limits.ts';
import { keyOffsetOf, offsetInText, offsetOf, type Path, scalarAt } from './node-offsets.ts';
import { numberWarnings } from './number-warnings.ts';
import { type Parsed, parseAround } from './parse-around.ts';

/** A YAML file that can be read, with the way back from a value to the place where it stands. */
export interface YamlFile {
  readonly file: string;
  readonly text: string;
  readonly value: unknown;
  /** What is legal but hardly meant. */
  readonly warnings: readonly Problem[];
  /** Where the value at `path` starts; where it is missing, the nearest thing around it. */
  positionOf(path: Path): Position;
  /** Where the key of the pair at `path` starts. */
  positionOfKey(path: Path): Position;
  /** Where a character of the text at `path` stands, in whatever style it is written; beyond its end: right behind it. */
  positionInText(path: Path, offset: number): Position;
  /** The comment that ends the line of the text at `path`, without its `#`. */
  commentAfter(path: Path): string | undefined;
  /** True where something is wrong already, and whatever else is wrong follows from it. */
  isSpoilt(position: Position): boolean;
}

export type ParsedYaml =
  | { readonly ok: true; readonly yaml: YamlFile }
  /** With what can be read beside the problems, unless they are too deep for that. */
  | { readonly ok: false; readonly problems: readonly Problem[]; readonly yaml?: YamlFile };

/** YAML 1.2 core: unique keys, no aliases, no merge keys, no tags of one's own. */
export function parseYaml(file: string, text: string): ParsedYaml {
  const unsafe = refuseUnsafe(file, text);
  if (unsafe !== undefined) return { ok: false, problems: [unsafe] };
  const lines = new LineCounter();
  // Repairs keep every character's place, so positions are those of the text as it was given.
  for (let start = 0; start !== 0 || lines.lineStarts.length === 0; start = text.indexOf('\n', start) + 1) {
    lines.addNewLine(start);
  }
  const place = (offset: number): Position => positionAt(file, lines, offset);
  const parsed = parseAround(text);
  const problems = parsed.faults.map(
    ({ code, message, hint, offset }): Problem => ({ severity: 'error', code, message, at: place(offset), hint }),
  );
  const yaml = readableFile({ file, text, parsed, place });
  if (problems.length > 0) return { ok: false, problems: withExcerpts(problems, text), ...(yaml && { yaml }) };
  return yaml === undefined ? { ok: false, problems } : { ok: true, yaml };
}

/** Every problem with the lines it is about. */
export const withExcerpts = (problems: readonly Problem[], text: string): readonly Problem[] =>
  problems.map((problem) => {
    const excerpt = problem.excerpt ?? excerptOf(text, problem.at);
    return excerpt === undefined ? problem : { ...problem, excerpt };
  });

interface Readable {
  readonly file: string;
  readonly text: string;
  readonly parsed: Parsed;
  readonly place: (offset: number) => Position;
}

function readableFile({ file, text, parsed, place }: Readable): YamlFile | undefined {
  if (parsed.readable === undefined) return undefined;
  const { document, source } = parsed.readable;
  const spoilt = parsed.faults
    .flatMap(({ spoils }) => spoils)
    .map(({ from, to }): Span => ({ from: place(from).line, to: place(to).line }));
  const warnings = numberWarnings(document).map(
    ({ offset, ...warning }): Problem => ({ severity: 'warning', code: 'yaml/number', at: place(offset), ...warning }),
  );
  return {
    file,
    text,
    value: document.toJS(),
    warnings,
    positionOf: (path) => place(offsetOf(document, path)),
    positionOfKey: (path) => place(keyOffsetOf(document, path)),
    positionInText: (path, offset) => place(offsetInText(document, source, { path, offset })),
    commentAfter: (path) => scalarAt(document, path)?.comment ?? undefined,
    isSpoilt: ({ line }) => spoilt.some(({ from, to }) => from <= line && line <= to),
  };
}

function positionAt(file: string, lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset);
  return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
}
