/** A PostgreSQL server of our own: in a folder, on a free port of this machine, gone with the process it is for. */
import { execFile, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { folderOfPrograms, installPrograms } from './programs.ts';

const run = promisify(execFile);

/** What is promised is under test, so it syncs to the disk like any other; everything else is as small as it can be. */
const settings = {
  fsync: 'on',
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  shared_buffers: '32MB',
  max_connections: '100',
  wal_level: 'minimal',
  max_wal_senders: '0',
  min_wal_size: '32MB',
  max_wal_size: '256MB',
  log_min_messages: 'fatal',
};

export interface PostgresServer {
  /** Of its database `postgres`. */
  readonly url: string;
  /** `immediate`: as when the power goes. */
  restart(mode: 'fast' | 'immediate'): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Starts a server in a new folder. It stops when `forPid` ends, in whatever way. Throws where there are no programs and
 * none can be installed.
 */
export async function startPostgresServer(folder: string, forPid = process.pid): Promise<PostgresServer> {
  const programs = await programsOf();
  const owner = ownerOf();
  mkdirSync(folder, { recursive: true });
  if (owner !== undefined) chownSync(folder, owner.uid, owner.gid);
  const data = join(folder, 'data');
  const as = (program: string, args: readonly string[]): readonly [string, string[]] => {
    const path = join(programs, program);
    return owner === undefined
      ? [path, [...args]]
      : ['setpriv', [`--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--clear-groups', '--', path, ...args]];
  };
  const environment = { env: { PATH: process.env.PATH, TZ: 'UTC', LC_ALL: 'C', HOME: folder }, cwd: folder };
  const initialize = ['--pgdata', data, '--username=postgres', '--auth=trust', '--encoding=UTF8', '--locale=C'];
  await run(...as('initdb', [...initialize, '--data-checksums', '--no-sync']), environment);
  const port = await freePort();
  const lines = Object.entries({ ...settings, port: `${port}` }).map(([name, value]) => `${name} = '${value}'\n`);
  writeFileSync(join(data, 'postgresql.auto.conf'), lines.join(''));
  const control = async (...args: readonly string[]): Promise<void> => {
    // Through a file: a server that inherits a pipe would keep it open for as long as it lives.
    const [command, all] = as('pg_ctl', ['--pgdata', data, '--wait', '--log', join(folder, 'log'), ...args]);
    await ended(spawn(command, all, { ...environment, stdio: 'ignore' }), () =>
      readFileSync(join(folder, 'log'), 'utf8'),
    );
  };
  await control('start');
  endAfter(forPid, folder);
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    restart: (mode) => control('--mode', mode, 'restart'),
    stop: async () => endPostgresServer(folder),
  };
}

async function programsOf(): Promise<string> {
  const there = folderOfPrograms();
  if (there !== undefined) return there;
  const whyNot = await installPrograms();
  const installed = folderOfPrograms();
  if (installed === undefined) throw new Error(`no PostgreSQL: ${whyNot ?? 'none of its places has it'}`);
  return installed;
}

/** PostgreSQL refuses to run as root. */
function ownerOf(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const nobody = { uid: 65_534, gid: 65_534 };
  const line = /^postgres:[^:]*:(\d+):(\d+):/m.exec(readFileSync('/etc/passwd', 'utf8'));
  return line === null ? nobody : { uid: Number(line[1]), gid: Number(line[2]) };
}

/** Ends a server by the folder it is in, as when the power goes; nothing of it stays. */
export function endPostgresServer(folder: string): void {
  const file = join(folder, 'data', 'postmaster.pid');
  const pid = existsSync(file) ? Number.parseInt(readFileSync(file, 'utf8'), 10) : Number.NaN;
  if (pid > 0) process.kill(pid, 'SIGQUIT');
  rmSync(folder, { recursive: true, force: true, maxRetries: 20 });
}

/** A process that outlives the one that the server is for, and ends the server after it. */
function endAfter(pid: number, folder: string): void {
  const script = `while kill -0 "$1" && [ -d "$2" ]; do sleep 1; done
    read -r server < "$2/data/postmaster.pid" && kill -QUIT "$server"; sleep 1; rm -rf "$2"`;
  spawn('sh', ['-c', script, 'end-after', `${pid}`, folder], { detached: true, stdio: 'ignore' }).unref();
}

function ended(child: ReturnType<typeof spawn>, log: () => string): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`pg_ctl ended with ${code}:\n${log()}`))));
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
