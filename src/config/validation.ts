import { basename } from 'node:path';
import { isError, type Problem } from '../diagnostics/problem.ts';
import type { MappingDefinition } from '../mapping/compile.ts';
import { type Configuration, disabledProblems } from './load.ts';

/** What `hookstitch validate` finds, however it is shown. */
export interface Validation {
  readonly ok: boolean;
  readonly files: readonly ValidatedFile[];
  /** Those that are of no file in `files` included, such as of the built-in gateway.yaml. */
  readonly problems: readonly Problem[];
}

export interface ValidatedFile {
  readonly path: string;
  /** What the file says, in a few words; absent where an error keeps it from saying anything. */
  readonly summary?: string;
  readonly problems: readonly Problem[];
}

/** All problems of gateway.yaml and the mappings, or of those files that are wanted. */
export function validate(configuration: Configuration, wanted: readonly string[] = []): Validation {
  const { file, mappings } = configuration;
  const concerns = (path: string): boolean => wanted.length === 0 || wanted.includes(path);
  const off = disabledProblems(configuration, concerns);
  const problems = [...file.problems, ...mappings.problems, ...off].filter(({ at }) => concerns(at.file));
  const files = filesOf(configuration).filter(concerns);
  return {
    ok: !problems.some(isError),
    files: files.map((path) => {
      const own = problems.filter(({ at }) => at.file === path);
      return own.some(isError)
        ? { path, problems: own }
        : { path, summary: summaryOf(path, configuration), problems: own };
    }),
    problems,
  };
}

/** Those that are there: gateway.yaml, then the mappings. */
export const filesOf = ({
  gatewayPath,
  mappings,
}: Pick<Configuration, 'gatewayPath' | 'mappings'>): readonly string[] => [
  ...(gatewayPath === null ? [] : [gatewayPath]),
  ...mappings.files,
];

function summaryOf(path: string, { file, gatewayPath, mappings }: Configuration): string {
  if (path === gatewayPath)
    return `${counted(file.sources.length, 'source')} · ${counted(file.destinations.length, 'destination')}`;
  const definition = mappings.definitions.find((each) => each.file === basename(path));
  return definition === undefined ? '' : flowOf(definition);
}

export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/** As in `invoice.paid → usermaven, segment`. */
function flowOf({ content: { enabled, events, source, destinations } }: MappingDefinition): string {
  const names = Array.isArray(destinations) ? destinations : Object.keys(destinations);
  const types = [events].flat().map((type) => (type === '*' ? `everything from ${source}` : type));
  return `${types.join(', ')} → ${names.join(', ')}${enabled ? '' : '  (not enabled)'}`;
}
