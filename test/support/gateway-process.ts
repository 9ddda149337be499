import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { DeliveryStatus } from '../../src/model/delivery.ts';
import type { EventStatus } from '../../src/model/event.ts';

/** A real gateway in a process of its own, as `npm start` runs it, for what only a process can show: kills and signals. */

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const startMsMax = 20_000;

/** Those that run; none of them outlives this process, however it ends. */
const living = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});

export interface Workspace {
  readonly folder: string;
  readonly url: string;
  readonly adminUrl: string;
  readonly token: string;
  /** With these variables besides its own. */
  start(environment?: Readonly<Record<string, string>>): Promise<GatewayProcess>;
  /** Kills what still runs in it. */
  remove(): Promise<void>;
}

export interface GatewayProcess {
  readonly child: ChildProcess;
  /** JSON lines so far. */
  readonly log: () => string;
  /** Sends the signal and resolves to the exit code; null after a kill. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

export interface WorkspaceFiles {
  /** The text of gateway.yaml. */
  readonly gateway: string;
  readonly mappings: Readonly<Record<string, string>>;
  /** The file to run, if not that of the sources. */
  readonly program?: string;
  /** Variables besides its own, at every start. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A folder with configuration and data that survives the gateway's process. */
export async function createWorkspace({
  gateway,
  mappings,
  program = main,
  environment: more = {},
}: WorkspaceFiles): Promise<Workspace> {
  const folder = await mkdtemp(join(tmpdir(), 'hookstitch-'));
  await writeFile(join(folder, 'gateway.yaml'), gateway);
  for (const [name, text] of Object.entries(mappings)) await writeFile(join(folder, name), text);
  const [port, adminPort] = [await freePort(), await freePort()];
  const token = 'test-token-of-more-than-32-characters';
  const url = `http://127.0.0.1:${port}`;
  const environment = {
    PATH: process.env.PATH,
    HOST: '127.0.0.1',
    PORT: String(port),
    ADMIN_PORT: String(adminPort),
    ADMIN_TOKEN: token,
    PUBLIC_URL: url,
    MAPPINGS_DIR: folder,
    DATA_DIR: join(folder, 'data'),
    LOG_LEVEL: 'info',
    ...more,
  };
  const started = new Set<ChildProcess>();
  return {
    folder,
    url,
    adminUrl: `http://127.0.0.1:${adminPort}`,
    token,
    start: (extra = {}) => startProcess({ folder, url, environment: { ...environment, ...extra }, program, started }),
    remove: async () => {
      for (const child of started) if (isRunning(child)) await ended(child, 'SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface Start {
  readonly folder: string;
  readonly url: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly program: string;
  readonly started: Set<ChildProcess>;
}

async function startProcess({ folder, url, environment, program, started }: Start): Promise<GatewayProcess> {
  const child = spawn(process.execPath, [program, 'serve'], {
    cwd: folder,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.add(child);
  living.add(child);
  child.on('exit', () => living.delete(child));
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const deadline = performance.now() + startMsMax;
  while (!(await isReady(url))) {
    if (!isRunning(child) || performance.now() > deadline) {
      const end = isRunning(child) ? 'is not ready in time' : `has ended (${child.exitCode ?? child.signalCode})`;
      throw new Error(`the gateway ${end}:\n${output}`);
    }
    await pause(20);
  }
  return {
    child,
    log: () => output,
    end: (signal) => ended(child, signal),
  };
}

const isRunning = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode === null && signalCode === null;

async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  const exited = once(child, 'exit');
  child.kill(signal);
  const [code] = (await exited) as [number | null];
  return code;
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/readyz`)).ok;
  } catch {
    return false;
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

export interface Counts {
  readonly events: Readonly<Record<EventStatus, number>>;
  readonly deliveries: Readonly<Record<DeliveryStatus, number>>;
}

/** The JSON of the admin API. */
export async function ask<T>({ adminUrl, token }: Pick<Workspace, 'adminUrl' | 'token'>, path: string): Promise<T> {
  const answer = await fetch(`${adminUrl}${path}`, { headers: { authorization: `Bearer ${token}` } });
  return (await answer.json()) as T;
}

/** Asks the admin API until nothing waits for translation or delivery. */
export async function settled(workspace: Workspace, withinMs: number): Promise<void> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const stats = await ask<Counts>(workspace, '/api/stats');
    if (stats.events.received + stats.deliveries.pending + stats.deliveries.in_flight === 0) return;
    if (performance.now() > deadline) throw new Error(`still under way: ${JSON.stringify(stats)}`);
    await pause(50);
  }
}
