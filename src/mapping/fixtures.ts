import { basename, isAbsolute, join, normalize } from 'node:path';
import { suggest } from '../diagnostics/closest.ts';
import { excerptOf } from '../diagnostics/excerpt.ts';
import type { Problem } from '../diagnostics/problem.ts';
import { quote } from '../diagnostics/quote.ts';
import { defined } from '../model/defined.ts';
import type { Position } from '../model/error.ts';
import { isJsonObject, type Json } from '../model/json.ts';
import type { YamlFile } from '../yaml/document.ts';
import { fixtureNames, fixturesFolder, isInside, readText } from './folder.ts';
import { partsOf } from './static/sites.ts';

/** A file that a mapping's tests are given, and where the first of them names it. */
export interface NamedFixture {
  /** As it is written. */
  readonly given: string;
  readonly at: Position;
  readonly excerpt?: string;
}

/** The receiver takes no larger body, so no sample of one is larger. */
const fixtureBytesMax = 1024 * 1024;

/** The fixtures that a file names as it was written, good or not; each once. */
export function fixturesIn(yaml: YamlFile): readonly NamedFixture[] {
  if (!isJsonObject(yaml.value)) return [];
  const { key, value } = partsOf(yaml.value)('tests');
  const named = new Map<string, NamedFixture>();
  for (const [index, test] of (Array.isArray(value) ? (value as readonly Json[]) : []).entries()) {
    for (const { given, path } of filesOf(test)) {
      if (named.has(given)) continue;
      const at = yaml.positionOf([key, index, ...path]);
      if (!yaml.isSpoilt(at)) named.set(given, { given, at, ...defined({ excerpt: excerptOf(yaml.text, at) }) });
    }
  }
  return [...named.values()];
}

/** What a test reads: its body, and what its lookups find. */
function filesOf(test: Json): readonly { readonly given: string; readonly path: readonly string[] }[] {
  if (!isJsonObject(test)) return [];
  const stubs = Object.entries(isJsonObject(test.lookup) ? test.lookup : {});
  const values = [
    { value: test.given, path: ['given'] },
    ...stubs.map(([name, value]) => ({ value, path: ['lookup', name] })),
  ];
  return values.flatMap(({ value, path }) =>
    typeof value === 'string' && value !== '(absent)' ? [{ given: value, path }] : [],
  );
}

/** Its path in the mappings folder; undefined where it leads out of it. */
function fixturePath(given: string): string | undefined {
  const path = normalize(given);
  return isAbsolute(given) || path.split(/[\\/]/)[0] === '..' ? undefined : path;
}

/** The files inside the folder that these are. */
export const fixturePaths = (fixtures: readonly NamedFixture[]): readonly string[] =>
  fixtures.flatMap(({ given }) => fixturePath(given) ?? []);

/** What is wrong with these files, where the mapping names them: a test without its fixture shows nothing. */
export async function fixtureProblems(fixtures: readonly NamedFixture[], folder: string): Promise<readonly Problem[]> {
  const read = fixtures.map(async ({ given, ...place }): Promise<readonly Problem[]> => {
    const found = await readFixture(given, folder);
    if ('body' in found) return [];
    return [{ severity: 'error', ...found, message: `fixture ${quote(given)} ${found.message}`, ...place }];
  });
  return (await Promise.all(read)).flat();
}

export type ReadFixture = { readonly body: Json } | Pick<Problem, 'code' | 'message' | 'hint'>;

/** The body in a fixture of the mappings folder, or why there is none. */
export async function readFixture(given: string, folder: string): Promise<ReadFixture> {
  const path = fixturePath(given);
  const outside = unusable('is outside the mappings folder', `put it under ${fixturesFolder}/ in the mappings folder`);
  if (path === undefined) return outside;
  try {
    if (!(await isInside(folder, join(folder, path)))) return outside;
  } catch (error) {
    // It is this fixture's problem, and the others still count.
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return ['ENOENT', 'ENOTDIR'].includes(code)
      ? await unknown(given, folder)
      : unusable(`cannot be read (${code})`, 'see that the gateway may read it');
  }
  const read = await readText(join(folder, path), fixtureBytesMax);
  return 'text' in read ? bodyIn(read.text) : unusable(read.message, 'put a plain file with one body there, in JSON');
}

function bodyIn(text: string): ReadFixture {
  try {
    return { body: JSON.parse(text) as Json };
  } catch (error) {
    // What the parser says quotes the body, which may be of a person: only the place is told.
    const [, line, column] = /\(line (\d+) column (\d+)\)/.exec(String(error)) ?? [];
    const where = line === undefined ? '' : `, from line ${line}, column ${column}`;
    return unusable(`is not JSON${where}`, 'it must hold one body as the source sends it, in JSON');
  }
}

const unusable = (message: string, hint: string): ReadFixture => ({ code: 'mapping/unusable-fixture', message, hint });

async function unknown(given: string, folder: string): Promise<ReadFixture> {
  const hint = suggest(basename(given), await fixtureNames(folder), {
    what: 'there are',
    format: (name) => `${fixturesFolder}/${name}`,
    otherwise: 'write the body there, in JSON, or keep one that was received: hookstitch events pin',
  });
  return { code: 'mapping/unknown-fixture', message: 'is not there', hint };
}
