import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gatewayFileName } from '../mapping/folder.ts';
import { type LoadedMappings, loadMappings } from '../mapping/load.ts';
import { GatewayError } from '../model/error.ts';
import { formatProblem, isError, type Problem } from '../yaml/problem.ts';
import { defaultGatewayText } from './default-gateway.ts';
import { type Environment, readEnvironment } from './environment.ts';
import { type GatewayFile, readGatewayFile } from './gateway-file.ts';
import { readSettings, type Settings } from './settings.ts';

/** Everything the gateway needs to know before it starts. */
export interface Configuration {
  readonly settings: Settings;
  readonly file: GatewayFile;
  /** How gateway.yaml is shown to people; null where the built-in default applies. */
  readonly gatewayPath: string | null;
  readonly mappings: LoadedMappings;
}

/** Environment → settings → gateway.yaml → mappings. Throws CONFIG_INVALID for settings; problems in files are listed. */
export async function loadConfiguration(environment: Environment = readEnvironment()): Promise<Configuration> {
  const settings = readSettings(environment);
  const path = join(settings.mappingsDir, gatewayFileName);
  const text = await readIfThere(path);
  const file = readGatewayFile(text === undefined ? 'gateway.yaml (built in)' : path, text ?? defaultGatewayText, {
    environment,
    publicUrl: settings.publicUrl,
  });
  const mappings = await loadMappings(settings.mappingsDir, namesOf(file));
  return { settings, file, gatewayPath: text === undefined ? null : path, mappings };
}

export const namesOf = ({
  sources,
  destinations,
}: GatewayFile): { readonly sources: string[]; readonly destinations: string[] } => ({
  sources: sources.map(({ name }) => name),
  destinations: destinations.map(({ name }) => name),
});

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
export function requireValidGateway({ file }: Configuration): void {
  const errors = file.problems.filter(isError);
  const [first] = errors;
  if (first === undefined) return;
  throw new GatewayError('CONFIG_INVALID', errors.map(formatProblem).join('\n'), {
    at: first.at,
    hint: 'correct it, then see `hookstitch validate`',
  });
}

/** A warning for each source and destination that is off, and for each mapping that leads nowhere because of it. */
export function disabledProblems({ file, mappings, gatewayPath }: Configuration): readonly Problem[] {
  const at = { file: gatewayPath ?? 'gateway.yaml', line: 1, column: 1 };
  const off = [
    ...file.sources.map((entry) => ({ ...entry, what: 'source' })),
    ...file.destinations.map((entry) => ({ ...entry, what: 'destination' })),
  ];
  const used = new Set(
    mappings.definitions.flatMap(({ content }) => [
      `source ${content.source}`,
      ...(Array.isArray(content.destinations) ? content.destinations : Object.keys(content.destinations)).map(
        (name) => `destination ${name}`,
      ),
    ]),
  );
  return off.flatMap(({ what, name, off: why }): Problem[] => {
    if (why === null || !used.has(`${what} ${name}`)) return [];
    return [{ severity: 'warning', code: 'config/disabled', message: `${what} "${name}" is off: ${why}`, at }];
  });
}
