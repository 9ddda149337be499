import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../test/support/gateway-process.ts';
import { monotonicMs } from '../monotonic-ms.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** Those that run; none of them outlives this process, however it ends. */
const living = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const startMsMax = 120_000;

export interface ProcessSetup {
  /** Node's own options, the program, its arguments. */
  readonly args: readonly string[];
  /** Its variables besides PATH, once its folder and ports are known. */
  readonly environment: (place: Place) => Readonly<Record<string, string>>;
  /** Answered 200 by whoever is ready, as in `/readyz`. */
  readonly readyPath: string;
  /** Let it end by itself, so that it writes down what it has to; else it is killed. */
  readonly endsItself?: boolean;
}

export interface Place {
  /** Its own, gone with it; its log is there. */
  readonly folder: string;
  readonly port: number;
}

export interface StartedProcess extends Place {
  readonly pid: number;
  /** From the start of the process until it said that it is ready. */
  readonly readyMs: number;
  stop(): Promise<void>;
}

export async function newPlace(): Promise<Place> {
  return { folder: temporaryFolder(), port: await freePort() };
}

/** A program in a process of its own, which logs into a file. */
export async function startProcess(setup: ProcessSetup, place: Place): Promise<StartedProcess> {
  const logFile = join(place.folder, 'log');
  const log = openSync(logFile, 'w');
  const startedMs = monotonicMs();
  const child = spawn(process.execPath, setup.args, {
    cwd: place.folder,
    stdio: ['ignore', log, log],
    env: { PATH: process.env.PATH, ...setup.environment(place) },
  });
  living.add(child);
  child.on('exit', () => living.delete(child));
  closeSync(log);
  while (!(await isReady(`http://127.0.0.1:${place.port}${setup.readyPath}`))) {
    if (child.exitCode !== null || monotonicMs() - startedMs > startMsMax)
      throw new Error(`${setup.args.join(' ')} does not start:\n${readFileSync(logFile, 'utf8')}`);
    await pause(5);
  }
  const readyMs = monotonicMs() - startedMs;
  return {
    ...place,
    pid: child.pid ?? 0,
    readyMs,
    stop: async () => {
      const exited = once(child, 'exit');
      if (child.exitCode === null && child.kill(setup.endsItself === true ? 'SIGTERM' : 'SIGKILL')) await exited;
      await rm(place.folder, { recursive: true, force: true });
    },
  };
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok;
  } catch {
    // Not listening yet.
    return false;
  }
}
