import { isError, type Problem } from '../diagnostics/problem.ts';
import type { TestResult } from './check.ts';
import type { MappingDefinition } from './compile.ts';

/** One mapping file: the version in force, and what is wrong with its newest text. */
export interface LibraryEntry {
  readonly file: string;
  /** The last good version; null when there has been none since the start. */
  readonly loaded: { readonly definition: MappingDefinition; readonly at: Date } | null;
  /** Why the newest text is not in force, where one is an error; else what its author may want to know. */
  readonly problems: readonly Problem[];
  readonly failingTests: readonly TestResult[];
}

/** All mapping files by name, good or not. */
export type Library = ReadonlyMap<string, LibraryEntry>;

/**
 * gateway.yaml beside what the gateway has started with: `changed` takes effect at a restart, `refused` would keep it
 * from starting.
 */
export interface GatewayFileState {
  readonly status: 'ok' | 'changed' | 'refused';
  readonly problems: readonly Problem[];
}

export const unchangedGatewayFile: GatewayFileState = { status: 'ok', problems: [] };

/** What was found when a file was looked at. */
export type Finding = { readonly file: string } & (
  | { readonly kind: 'good'; readonly definition: MappingDefinition; readonly problems: readonly Problem[] }
  | {
      readonly kind: 'refused';
      readonly problems: readonly Problem[];
      readonly failingTests: readonly TestResult[];
    }
  | { readonly kind: 'gone' }
);

/** `refused`: the newest text is not in force; an earlier version of the file may be. */
export type MappingStatus = 'live' | 'refused' | 'disabled';

export const emptyLibrary: Library = new Map();

/** The library after some files were looked at: a good one takes effect whole, a refused one leaves what was there. */
export function amend(library: Library, findings: readonly Finding[], at: Date): Library {
  const amended = new Map(library);
  for (const finding of findings) {
    const before = library.get(finding.file);
    const after = entryAfter(before, finding, at);
    if (after === undefined) amended.delete(finding.file);
    else amended.set(finding.file, after);
  }
  return amended;
}

function entryAfter(before: LibraryEntry | undefined, finding: Finding, at: Date): LibraryEntry | undefined {
  const { file } = finding;
  switch (finding.kind) {
    case 'good': {
      const { definition, problems } = finding;
      const known = before?.loaded?.definition.version === definition.version ? before.loaded : null;
      return { file, loaded: known ?? { definition, at }, problems, failingTests: [] };
    }
    case 'refused': {
      const { problems, failingTests } = finding;
      return { file, loaded: before?.loaded ?? null, problems, failingTests };
    }
    case 'gone':
      return undefined;
  }
}

/** What is in force, in the order in which mappings run; disabled ones included. */
export const definitionsIn = (library: Library): readonly MappingDefinition[] =>
  [...library.values()]
    .flatMap(({ loaded }) => (loaded === null ? [] : [loaded.definition]))
    .toSorted((a, b) => (a.file < b.file ? -1 : 1));

/** Those that take events. */
export const liveIn = (library: Library): readonly MappingDefinition[] =>
  definitionsIn(library).filter(({ content }) => content.enabled);

export function statusOf({ loaded, problems }: LibraryEntry): MappingStatus {
  if (problems.some(isError)) return 'refused';
  return loaded?.definition.content.enabled === true ? 'live' : 'disabled';
}

/** True when some file's newest text is not in force. */
export const hasRefused = (library: Library): boolean =>
  [...library.values()].some((entry) => statusOf(entry) === 'refused');

/** True when the same versions are in force in both. */
export function haveSameVersions(a: Library, b: Library): boolean {
  const versions = (library: Library): string =>
    JSON.stringify(definitionsIn(library).map(({ file, version }) => [file, version]));
  return versions(a) === versions(b);
}

/** What there is to tell of a file. */
export type Change = { readonly file: string } & (
  | { readonly kind: 'loaded'; readonly version: string; readonly problems: readonly Problem[] }
  | { readonly kind: 'refused'; readonly problems: readonly Problem[] }
  | { readonly kind: 'removed' }
);

/** What is new in `after`; a file that is as broken as before is no news. */
export function changesBetween(before: Library, after: Library): readonly Change[] {
  const removed = [...before.keys()].filter((file) => !after.has(file));
  return [
    ...removed.map((file): Change => ({ file, kind: 'removed' })),
    ...[...after.values()].flatMap((entry) => changeOf(before.get(entry.file), entry)),
  ];
}

function changeOf(before: LibraryEntry | undefined, after: LibraryEntry): readonly Change[] {
  const { file, loaded, problems } = after;
  const wasRefused = before !== undefined && statusOf(before) === 'refused';
  if (statusOf(after) === 'refused')
    return wasRefused && sameProblems(before.problems, problems) ? [] : [{ file, kind: 'refused', problems }];
  const version = loaded?.definition.version ?? '';
  const isNew = wasRefused || before?.loaded?.definition.version !== version;
  return isNew ? [{ file, kind: 'loaded', version, problems }] : [];
}

const sameProblems = (a: readonly Problem[], b: readonly Problem[]): boolean => JSON.stringify(a) === JSON.stringify(b);
