import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatProblem } from '../diagnostics/format.ts';
import { isError, type Problem } from '../diagnostics/problem.ts';
import type { MappingDefinition } from '../mapping/compile.ts';
import { gatewayFileName } from '../mapping/folder.ts';
import type { LoadedMappings, PlacedReference } from '../mapping/load.ts';
import type { KnownNames } from '../mapping/static/known-names.ts';
import { GatewayError } from '../model/error.ts';
import type { Json } from '../model/json.ts';
import { namesDescribed } from '../sources/coded.ts';
import { parseYaml, withExcerpts, type YamlFile } from '../yaml/document.ts';
import { defaultGatewayText } from './default-gateway.ts';
import { type Environment, readEnvironment } from './environment.ts';
import { type GatewayFile, readGatewayFile } from './gateway-file.ts';
import { readSettings, type Settings } from './settings.ts';
import { templatesIn } from './template-settings.ts';

/** What the gateway needs to know before it starts. */
export interface GatewayConfiguration {
  readonly settings: Settings;
  readonly file: GatewayFile;
  /** How gateway.yaml is shown to people; null where the built-in default applies. */
  readonly gatewayPath: string | null;
}

export interface Configuration extends GatewayConfiguration {
  readonly mappings: LoadedMappings;
}

/** Where the definitions are all that counts, wherever they come from. */
export interface WithDefinitions {
  readonly mappings: Pick<LoadedMappings, 'definitions'> & Partial<Pick<LoadedMappings, 'references'>>;
}

/** Environment → settings → gateway.yaml → mappings. Throws CONFIG_INVALID for settings; problems in files are listed. */
export async function loadConfiguration(environment?: Environment): Promise<Configuration> {
  const configuration = await loadGatewayConfiguration(environment);
  const { settings, file } = configuration;
  // Not loaded where a gateway starts, which leaves reading them to the evaluator.
  const { loadMappings } = await import('../mapping/load.ts');
  return { ...configuration, mappings: await loadMappings(settings.mappingsDir, namesOf(file)) };
}

/** The same without the mappings, for a gateway that reads them itself. */
export async function loadGatewayConfiguration(
  environment: Environment = readEnvironment(),
): Promise<GatewayConfiguration> {
  return await readGatewayConfiguration(readSettings(environment), environment);
}

/** With settings that are known. */
export async function readGatewayConfiguration(
  settings: Settings,
  environment: Environment,
): Promise<GatewayConfiguration> {
  const path = join(settings.mappingsDir, gatewayFileName);
  const text = await readIfThere(path);
  const shown = text === undefined ? 'gateway.yaml (built in)' : path;
  const written = text ?? defaultGatewayText;
  // Data that describes senders takes a parser of expressions, which no other gateway has to wait for.
  const described = namesDescribed(written) ? await import('../sources/index.ts') : undefined;
  const read = readGatewayFile(shown, written, {
    ...{ environment, publicUrl: settings.publicUrl },
    ...(described !== undefined && { sourceNamed: described.sourceNamed }),
  });
  const file = text === undefined ? read : await withTemplatesChecked(read, parseYaml(shown, text).yaml);
  return { settings, file, gatewayPath: text === undefined ? null : path };
}

async function withTemplatesChecked(file: GatewayFile, yaml: YamlFile | undefined): Promise<GatewayFile> {
  if (yaml === undefined || templatesIn(yaml.value as Json).length === 0) return file;
  const { withTemplateProblems } = await import('./template-problems.ts');
  return withTemplateProblems(file, yaml);
}

/** What mappings may refer to. */
export const namesOf = ({ names }: GatewayFile): KnownNames => names;

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    // Without the file the built-in default applies; a file that is there but cannot be read is a mistake.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new GatewayError('CONFIG_INVALID', `${path} cannot be read`, { cause: error });
  }
}

/** Starting with a gateway.yaml that is not what its author meant would lose events quietly. Throws CONFIG_INVALID. */
export function requireValidGateway({ file }: GatewayConfiguration): void {
  const errors = file.problems.filter(isError);
  const [first] = errors;
  if (first === undefined) return;
  throw new GatewayError('CONFIG_INVALID', errors.map(formatProblem).join('\n'), {
    at: first.at,
    hint: 'correct it, then see `hookstitch validate`',
  });
}

/** A warning for each source and destination that is off and that a mapping names, where the first one does. */
export function disabledProblems(
  { file, mappings, gatewayPath }: Pick<Configuration, 'file' | 'gatewayPath'> & WithDefinitions,
  concerns: (file: string) => boolean = () => true,
): readonly Problem[] {
  const off = [
    ...file.sources.map((entry) => ({ ...entry, what: 'source', until: 'the source answers 503' })),
    ...file.destinations.map((entry) => ({ ...entry, what: 'destination', until: 'mappings skip the destination' })),
  ];
  const isToldAlready = (why: string): boolean =>
    file.problems.some(({ code, message }) => code === 'config/misspelt-variable' && message === why);
  const uses: readonly Use[] = mappings.references ?? mappings.definitions.flatMap(usesIn);
  return off.flatMap(({ what, name, off: why, until }): readonly Problem[] => {
    const own = uses.filter((use) => use.what === what && use.name === name && concerns(use.at?.file ?? ''));
    const [first] = own;
    if (why === null || first === undefined || isToldAlready(why)) return [];
    const problem: Problem = {
      severity: 'warning',
      code: 'config/disabled',
      message: `${what} "${name}" is off: ${why}${own.length === 1 ? '' : `, and ${own.length} mappings name it`}`,
      at: first.at ?? { file: gatewayPath ?? 'gateway.yaml', line: 1, column: 1 },
      hint: `set it in the environment or in .env; until then ${until}`,
    };
    return first.yaml === undefined ? [problem] : withExcerpts([problem], first.yaml.text);
  });
}

/** A mapping's name for a source or destination; its place is known only beside its text. */
type Use = Pick<PlacedReference, 'what' | 'name'> & Partial<PlacedReference>;

function usesIn({ content: { source, destinations } }: MappingDefinition): readonly Use[] {
  const names = Array.isArray(destinations) ? destinations : Object.keys(destinations);
  return [{ what: 'source', name: source }, ...names.map((name): Use => ({ what: 'destination', name }))];
}
