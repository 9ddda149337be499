import { join } from 'node:path';
import { inOrder, type Problem } from '../diagnostics/problem.ts';
import { fileBytesMax } from '../yaml/limits.ts';
import type { TestResult } from './check.ts';
import type { MappingDefinition } from './compile.ts';
import type { Reading, TextToRead } from './evaluator/protocol.ts';
import { fixtureProblems } from './fixtures.ts';
import { readText } from './folder.ts';
import type { Finding } from './library.ts';
import type { KnownNames } from './static/known-names.ts';

/** A mapping file that was read, good or not. */
export interface ReadFile extends Reading {
  readonly file: string;
  /** How problems name it. */
  readonly shown: string;
}

export interface Reader {
  /** The mappings folder. */
  readonly folder: string;
  readonly known: KnownNames;
  /** Reads a text apart from this process; undefined when it came to nothing. */
  readonly read: (text: TextToRead) => Promise<Reading | undefined>;
}

/** Reads one file of the folder. What a text could do to its reader, it does to the reader alone. */
export async function readFile(file: string, { folder, known, read }: Reader): Promise<ReadFile> {
  const shown = join(folder, file);
  const refused = (why: Pick<Problem, 'code' | 'message' | 'hint'>): ReadFile => ({
    ...{ file, shown, testsAt: [] },
    problems: [{ severity: 'error', at: { file: shown, line: 1, column: 1 }, ...why }],
  });
  const content = await readText(shown, fileBytesMax);
  if (!('text' in content)) return refused(content);
  const reading = await read({ file: { name: file, shown }, text: content.text, known });
  if (reading !== undefined) return { file, shown, ...reading };
  const message = 'reading it took too much time or memory';
  return refused({ code: 'mapping/not-checked', message, hint: 'split it into several files' });
}

/** The file with what is wrong with the fixtures of its tests; then it is no definition. */
export async function withFixtures(read: ReadFile, folder: string): Promise<ReadFile> {
  const found = await fixtureProblems(read.fixtures ?? [], folder);
  if (found.length === 0) return read;
  const { definition: _, ...rest } = read;
  return { ...rest, problems: inOrder([...read.problems, ...found]) };
}

/** Runs the tests of these mappings; throws when it cannot. */
export type Check = (definitions: readonly MappingDefinition[]) => Promise<readonly TestResult[]>;

/** Runs the tests of what could be read, and says of every file whether it may serve. */
export async function examine(files: readonly ReadFile[], check: Check): Promise<readonly Finding[]> {
  const definitions = files.flatMap(({ definition }) => (definition === undefined ? [] : [definition]));
  try {
    const results = await check(definitions);
    return files.map((read) => findingOf(read, results));
  } catch (error) {
    // One file that cannot be tested must not keep the others from serving.
    const [first, ...rest] = files;
    if (first === undefined) return [];
    if (rest.length === 0) return [refuse(first, [unchecked(first, error)], [])];
    const findings: Finding[] = [];
    for (const file of files) findings.push(...(await examine([file], check)));
    return findings;
  }
}

function findingOf(read: ReadFile, results: readonly TestResult[]): Finding {
  const { file, definition, problems } = read;
  const failing = results.filter((result) => result.file === file && result.failures.length > 0);
  if (definition !== undefined && failing.length === 0) return { file, kind: 'good', definition, problems };
  return refuse(read, [...problems, ...failing.map((result) => testProblem(read, result))], failing);
}

const refuse = ({ file }: ReadFile, problems: readonly Problem[], failingTests: readonly TestResult[]): Finding => ({
  file,
  kind: 'refused',
  problems,
  failingTests,
});

/** What a test found is told by the test itself: its values may be of a person, and problems are logged. */
function testProblem({ shown, testsAt }: ReadFile, { index, name }: TestResult): Problem {
  const at = testsAt[index] ?? { file: shown, line: 1, column: 1 };
  const hint = `see \`hookstitch test ${shown}\``;
  return { severity: 'error', code: 'mapping/test-failed', message: `its test "${name}" fails`, at, hint };
}

function unchecked({ shown }: ReadFile, error: unknown): Problem {
  const message = `its tests could not run: ${error instanceof Error ? error.message : String(error)}`;
  const at = { file: shown, line: 1, column: 1 };
  return { severity: 'error', code: 'mapping/not-checked', message, at, hint: 'save the file again to try again' };
}
