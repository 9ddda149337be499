import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/** `npm run screenshots`: every view of the console as its tests see it, light and dark, wide and narrow, into a folder. */

const { values } = parseArgs({ options: { to: { type: 'string', default: 'screenshots' } } });
const folder = resolve(values.to);
mkdirSync(folder, { recursive: true });

const { status } = spawnSync('vitest', ['run', 'test/console', '--no-file-parallelism'], {
  cwd: fileURLToPath(new URL('..', import.meta.url)),
  env: { ...process.env, SCREENSHOTS: folder },
  stdio: 'inherit',
});
console.info(`${readdirSync(folder).filter((name) => name.endsWith('.png')).length} pictures in ${folder}`);
process.exitCode = status ?? 1;
