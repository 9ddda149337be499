import { join } from 'node:path';
import { isError } from '../diagnostics/problem.ts';
import { gatewayFileName } from '../mapping/folder.ts';
import type { GatewayFileState } from '../mapping/library.ts';
import { GatewayError } from '../model/error.ts';
import type { Environment } from './environment.ts';
import type { GatewayFile } from './gateway-file.ts';
import { type GatewayConfiguration, readGatewayConfiguration } from './load.ts';

/** gateway.yaml as it is now, beside what a gateway has started with: whether a restart would change or refuse it. */
export async function gatewayFileState(
  started: Pick<GatewayConfiguration, 'settings' | 'file'>,
  environment: () => Environment,
): Promise<GatewayFileState> {
  try {
    const { file } = await readGatewayConfiguration(started.settings, environment());
    if (file.problems.some(isError)) return { status: 'refused', problems: file.problems };
    return effectOf(file) === effectOf(started.file)
      ? { status: 'ok', problems: [] }
      : { status: 'changed', problems: file.problems };
  } catch (error) {
    // What would end the start is only told while the gateway runs.
    if (!(error instanceof GatewayError)) throw error;
    const at = { file: join(started.settings.mappingsDir, gatewayFileName), line: 1, column: 1 };
    const hint = error.hint ?? 'see that it is there and that the gateway may read it';
    const problem = { severity: 'error', code: 'config/unreadable', message: error.message, at, hint } as const;
    return { status: 'refused', problems: [problem] };
  }
}

/** All that a start makes of it: a comment changes nothing. */
const effectOf = ({ sources, destinations, vars }: GatewayFile): string =>
  JSON.stringify([
    sources.map(({ name, source, settings, off }) => [name, source.name, settings, off]),
    destinations.map(({ name, destination, settings, off }) => [name, destination.name, settings, off]),
    vars,
  ]);
