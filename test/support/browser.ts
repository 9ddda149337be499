import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { type Browser, chromium } from 'playwright-core';
import { describe, type SuiteFactory } from 'vitest';

/** Real Chromium for tests of what runs in browsers: the one this machine has, or Debian's, installed on the way. */

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const elsewhere = ['/Applications/Chromium.app/Contents/MacOS/Chromium'];

/** Nothing but the given port is ever talked to, whatever host a page names. */
const argsFor = (port: number): string[] => [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-proxy-server',
  `--host-resolver-rules=MAP * 127.0.0.1:${port}`,
];

function found(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).concat('/usr/bin');
  const candidates = folders.flatMap((folder) => names.map((name) => join(folder, name)));
  return [...candidates, ...elsewhere].find((path) => existsSync(path));
}

/**
 * Installs Debian's package where nothing is there and this process may; returns why there is none. Test files run side by
 * side: the first to get the lock installs, and the others wait for the lock too, since a half unpacked browser looks like one.
 */
async function install(): Promise<string | undefined> {
  if (process.getuid?.() !== 0 || !isThere('apt-get') || !isThere('flock'))
    return 'it is installed only as root and with apt-get';
  const look = names.map((name) => `command -v ${name}`).join(' || ');
  const wait = '-o DPkg::Lock::Timeout=600 -o Acquire::http::Timeout=30';
  const get = `apt-get ${wait} update && apt-get ${wait} install -y --no-install-recommends chromium`;
  try {
    await promisify(execFile)('flock', ['/tmp/hookstitch-chromium.lock', 'sh', '-c', `${look} || { ${get}; }`], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      maxBuffer: 64 * 1024 * 1024,
    });
    return undefined;
  } catch (error) {
    return `apt-get could not install it: ${String((error as { stderr?: unknown }).stderr ?? error).trim()}`;
  }
}

function isThere(command: string): boolean {
  try {
    execFileSync('which', [command]);
    return true;
  } catch {
    return false;
  }
}

const whyNot = await install();
const executablePath = found();
const missing = `no Chromium: ${whyNot ?? 'none of its names is there'}`;
if (executablePath === undefined) {
  if (process.env.CI) throw new Error(missing);
  console.warn(`tests in a browser are skipped: ${missing}`);
}

/** A group of tests in a browser. Without one it is skipped and says so; with CI set that is a failure. */
export function describeInBrowser(name: string, tests: SuiteFactory): void {
  if (executablePath === undefined) describe.skip(`${name} (${missing})`, tests);
  else describe(name, tests);
}

/** A browser with a fresh profile, to whom every host is the server on this port. */
export const launchBrowser = (port: number): Promise<Browser> =>
  chromium.launch({ ...(executablePath === undefined ? {} : { executablePath }), args: argsFor(port) });
