import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ask, type Counts, freePort } from '../../test/support/gateway-process.ts';
import { monotonicMs } from '../monotonic-ms.ts';
import type { Account, RunningContender } from './contender.ts';
import { childOf } from './living.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const startMsMax = 60_000;
const token = 'bench-token-of-more-than-32-characters';

export interface GatewaySetup {
  /** The content of gateway.yaml. */
  readonly gateway: object;
  /** The texts of the mapping files by name. */
  readonly mappings: Readonly<Record<string, string>>;
  /** Where the receiver takes the events, as in `/in/stripe`. */
  readonly path: string;
  /** Variables besides its own: a database's address, a library to load first. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Writes a CPU profile into this folder when it stops. */
  readonly profileTo?: string | undefined;
  /** Keeps the folder of another, with all that is stored; else a new one. */
  readonly dataDir?: string;
}

export interface RunningGateway extends RunningContender {
  readonly folder: string;
  /** From the start of the process until it said that it is ready. */
  readonly readyMs: number;
}

/** The whole gateway, as `npm start` runs it, with its log going to a file. */
export async function startGateway(setup: GatewaySetup): Promise<RunningGateway> {
  const folder = mkdtempSync(join(tmpdir(), 'hookstitch-bench-'));
  await writeFile(join(folder, 'gateway.yaml'), JSON.stringify(setup.gateway));
  for (const [name, text] of Object.entries(setup.mappings)) await writeFile(join(folder, name), text);
  const [port, adminPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  const adminUrl = `http://127.0.0.1:${adminPort}`;
  const log = openSync(join(folder, 'log'), 'w');
  const startedMs = monotonicMs();
  const child = childOf(
    spawn(process.execPath, [...(await profiling(setup.profileTo)), main, 'serve'], {
      cwd: folder,
      stdio: ['ignore', log, log],
      env: {
        PATH: process.env.PATH,
        HOST: '127.0.0.1',
        PORT: String(port),
        ADMIN_PORT: String(adminPort),
        ADMIN_TOKEN: token,
        PUBLIC_URL: url,
        MAPPINGS_DIR: folder,
        DATA_DIR: setup.dataDir ?? join(folder, 'data'),
        ...setup.environment,
      },
    }),
  );
  closeSync(log);
  while (!(await isReady(url))) {
    if (child.exitCode !== null || monotonicMs() - startedMs > startMsMax)
      throw new Error(`the gateway does not start:\n${readFileSync(join(folder, 'log'), 'utf8')}`);
    await pause(5);
  }
  const readyMs = monotonicMs() - startedMs;
  return {
    pid: child.pid ?? 0,
    folder,
    readyMs,
    target: { host: '127.0.0.1', port },
    path: setup.path,
    account: () => accountOf({ adminUrl, token }),
    stop: async () => {
      const exited = once(child, 'exit');
      // Only one that ends by itself writes its profile.
      child.kill(setup.profileTo === undefined ? 'SIGKILL' : 'SIGTERM');
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function profiling(folder: string | undefined): Promise<readonly string[]> {
  if (folder === undefined) return [];
  await mkdir(folder, { recursive: true });
  return ['--cpu-prof', `--cpu-prof-dir=${folder}`];
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/readyz`)).ok;
  } catch {
    // Not listening yet.
    return false;
  }
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
