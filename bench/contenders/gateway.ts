import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ask, type Counts, freePort } from '../../test/support/gateway-process.ts';
import type { Account, RunningContender } from './contender.ts';
import { newPlace, startProcess } from './started-process.ts';

/** As the image runs it; the bench builds it first. */
const program = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const token = 'bench-token-of-more-than-32-characters';

export interface GatewaySetup {
  /** The content of gateway.yaml. */
  readonly gateway: object;
  /** The texts of the mapping files by name. */
  readonly mappings: Readonly<Record<string, string>>;
  /** Where the receiver takes the events, as in `/in/stripe`. */
  readonly path: string;
  /** Variables besides its own: a database's address, a library to load first. */
  readonly environment?: Readonly<Record<string, string>> | undefined;
  /** Writes a CPU profile into this folder when it stops. */
  readonly profileTo?: string | undefined;
  /** What is stored already; else nothing. */
  readonly dataDir?: string | undefined;
}

export interface RunningGateway extends RunningContender {
  /** From the start of the process until it said that it is ready. */
  readonly readyMs: number;
  /** Where its API is, and the token that it wants. */
  readonly api: { readonly adminUrl: string; readonly token: string };
}

/** The whole gateway, built. */
export async function startGateway(setup: GatewaySetup): Promise<RunningGateway> {
  const { profileTo, dataDir } = setup;
  const place = await newPlace();
  await writeFile(join(place.folder, 'gateway.yaml'), JSON.stringify(setup.gateway));
  for (const [name, text] of Object.entries(setup.mappings)) await writeFile(join(place.folder, name), text);
  const adminPort = await freePort();
  const started = await startProcess(
    {
      args: ['--max-semi-space-size=16', ...(await profiling(profileTo)), program, 'serve'],
      environment: ({ folder, port }) => ({
        HOST: '127.0.0.1',
        PORT: String(port),
        ADMIN_PORT: String(adminPort),
        ADMIN_TOKEN: token,
        PUBLIC_URL: `http://127.0.0.1:${port}`,
        MAPPINGS_DIR: folder,
        DATA_DIR: dataDir ?? join(folder, 'data'),
        ...setup.environment,
      }),
      readyPath: '/readyz',
      // A profile has to be written down, and who starts on the same data next finds it in order.
      endsItself: profileTo !== undefined || dataDir !== undefined,
    },
    place,
  );
  const { pid, port, readyMs, stop } = started;
  const api = { adminUrl: `http://127.0.0.1:${adminPort}`, token };
  return {
    pids: [pid],
    readyMs,
    api,
    targets: [{ host: '127.0.0.1', port }],
    path: setup.path,
    account: () => accountOf(api),
    stop,
  };
}

async function profiling(folder: string | undefined): Promise<readonly string[]> {
  if (folder === undefined) return [];
  await mkdir(folder, { recursive: true });
  return ['--cpu-prof', `--cpu-prof-dir=${folder}`];
}

async function accountOf(api: Parameters<typeof ask>[0]): Promise<Account> {
  const { events, deliveries } = await ask<Counts>(api, '/api/stats');
  const { received, translated, unmatched, failed } = events;
  return {
    events: received + translated + unmatched + failed,
    waiting: received,
    pending: deliveries.pending + deliveries.in_flight,
    delivered: deliveries.delivered,
    dead: deliveries.dead,
    unmatched,
    failed,
  };
}
