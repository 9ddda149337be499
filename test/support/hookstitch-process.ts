import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
/** Where Node keeps what it made of the TypeScript files: starting takes half the time from the second process on. */
const compileCache = fileURLToPath(new URL('../../node_modules/.cache/node', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  /** All it has written so far. */
  readonly output: () => string;
  /** Resolves when it has written this, behind the first `after` characters; rejects when it ends before. */
  wrote(text: string | RegExp, after?: number): Promise<void>;
  /** Sends the signal and resolves to the exit code. */
  end(signal: NodeJS.Signals): Promise<number | null>;
  /** Reads no more of it, as a reader at the other end of a pipe that has seen enough. */
  close(stream: 'stdout' | 'stderr'): void;
  readonly ended: Promise<Ended>;
}

export interface Surroundings {
  /** The working directory: where `.env`, `mappings` and `data` are. */
  readonly cwd: string;
  readonly environment?: Readonly<Record<string, string>>;
}

/** The command line in a process of its own, with no environment but what it is given. */
export function startHookstitch(args: readonly string[], { cwd, environment = {} }: Surroundings): Running {
  const child = spawn(process.execPath, [main, ...args], {
    cwd,
    env: { PATH: process.env.PATH, TZ: 'UTC', NODE_COMPILE_CACHE: compileCache, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, stdout, stderr }));
  const output = (): string => stdout + stderr;
  return {
    output,
    wrote: async (text, after = 0) => {
      const written = (): string => output().slice(after);
      const isThere = (): boolean => (typeof text === 'string' ? written().includes(text) : text.test(written()));
      while (!isThere()) {
        const more = Promise.race([once(child.stdout, 'data'), once(child.stderr, 'data')]).then(() => true);
        if (!(await Promise.race([more, ended.then(() => false)])) && !isThere())
          throw new Error(`it never wrote ${String(text)}:\n${output()}`);
      }
    },
    end: async (signal) => {
      child.kill(signal);
      return (await ended).code;
    },
    close: (stream) => child[stream].destroy(),
    ended,
  };
}

export const hookstitch = (args: readonly string[], surroundings: Surroundings): Promise<Ended> =>
  startHookstitch(args, surroundings).ended;
