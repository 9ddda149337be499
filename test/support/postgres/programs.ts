/** PostgreSQL's own programs: those of this machine, or Debian's, installed on the way. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Where `initdb`, `pg_ctl` and `postgres` lie together. */
export function folderOfPrograms(): string | undefined {
  const onPath = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const packaged = ['/usr/lib/postgresql', '/opt/homebrew/opt', '/usr/local/opt'];
  const versions = packaged.flatMap((parent) =>
    existsSync(parent)
      ? readdirSync(parent)
          .filter((name) => /^(postgresql(@\d+)?|\d+)$/.test(name))
          .toSorted(
            (one, other) => Number.parseInt(other.replace(/\D/g, ''), 10) - Number.parseInt(one.replace(/\D/g, ''), 10),
          )
          .map((name) => join(parent, name, 'bin'))
      : [],
  );
  const isWhole = (folder: string): boolean =>
    ['initdb', 'pg_ctl', 'postgres'].every((name) => existsSync(join(folder, name)));
  return [...versions, ...onPath].find(isWhole);
}

/**
 * Installs Debian's package where nothing is there and this process may; returns why there is none. Only one installs,
 * whoever else asks waits for the lock.
 */
export async function installPrograms(): Promise<string | undefined> {
  if (process.getuid?.() !== 0 || !(await isThere('apt-get')) || !(await isThere('flock')))
    return 'it is installed only as root and with apt-get';
  const look = 'ls /usr/lib/postgresql/*/bin/initdb';
  const wait = '-o DPkg::Lock::Timeout=600 -o Acquire::http::Timeout=30';
  // Without a cluster of its own that would start at once: the tests make theirs.
  const own =
    'mkdir -p /etc/postgresql-common && echo "create_main_cluster = false" > /etc/postgresql-common/createcluster.conf';
  const get = `apt-get ${wait} update && ${own} && apt-get ${wait} install -y --no-install-recommends postgresql`;
  try {
    await run('flock', ['/tmp/hookstitch-postgres.lock', 'sh', '-c', `${look} || { ${get}; }`], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      maxBuffer: 64 * 1024 * 1024,
    });
    return undefined;
  } catch (error) {
    return `apt-get could not install it: ${String((error as { stderr?: unknown }).stderr ?? error).trim()}`;
  }
}

async function isThere(command: string): Promise<boolean> {
  try {
    await run('which', [command]);
    return true;
  } catch {
    return false;
  }
}
