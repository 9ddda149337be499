import { existsSync, globSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * `npm start` and `npm run demo` work straight after `npm ci`: the console is built when there is none, or when a file
 * that it is made of is newer. Where the tools for that are not installed, the gateway runs with the console there is.
 */

const folder = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

const isStale = (): boolean => {
  const built = folder('dist/console/index.html');
  if (!existsSync(built)) return true;
  const { mtimeMs } = statSync(built);
  const sources = ['src/console/**/*', 'build/vite.config.ts', 'package-lock.json'];
  return globSync(sources, { cwd: folder('') }).some((path) => statSync(folder(path)).mtimeMs > mtimeMs);
};

if (isStale()) {
  try {
    const { build } = await import('vite');
    await build({ configFile: folder('build/vite.config.ts'), logLevel: 'warn' });
  } catch (error) {
    console.warn(`the console is not built: ${error instanceof Error ? error.message : String(error)}`);
  }
}
