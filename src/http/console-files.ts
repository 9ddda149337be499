import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** A file of the built console, ready to be sent. */
export interface ConsoleFile {
  readonly type: string;
  readonly bytes: Buffer;
  /** Null where it saves nothing. */
  readonly gzipped: Buffer | null;
  readonly etag: string;
}

export interface BuiltConsole {
  /** index.html, with a placeholder for the nonce of each answer. */
  readonly page: string;
  /** All other files by path, as in `/assets/index-1a2b3c.js`. */
  readonly files: ReadonlyMap<string, ConsoleFile>;
}

const pageName = 'index.html';

/** What the build writes; anything else in the folder is not served. */
const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
};

const compress = promisify(gzip);

/**
 * The console as `npm run build:console` has left it, in memory: no path of a request ever reaches the disk. Read when it is
 * first asked for, and again after another build.
 */
export class ConsoleFiles {
  readonly #folder: string;
  #read: { readonly builtAtMs: number; readonly built: Promise<BuiltConsole> } | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Undefined as long as there is no build. */
  async current(): Promise<BuiltConsole | undefined> {
    const page = await stat(join(this.#folder, pageName)).catch(absent);
    if (page === undefined) return undefined;
    if (this.#read?.builtAtMs !== page.mtimeMs) {
      this.#read = { builtAtMs: page.mtimeMs, built: readConsole(this.#folder) };
    }
    const { built } = this.#read;
    // A build that is under way takes its files away; the next request looks again.
    built.catch(() => (this.#read = undefined));
    return await built;
  }
}

async function readConsole(folder: string): Promise<BuiltConsole> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const served = entries.filter((entry) => entry.isFile() && types[extname(entry.name)] !== undefined);
  const files = await Promise.all(
    served.map(async ({ parentPath, name }): Promise<[string, ConsoleFile]> => {
      const path = join(parentPath, name);
      return [pathInUrl(folder, path), await readConsoleFile(path)];
    }),
  );
  return { page: await readFile(join(folder, pageName), 'utf8'), files: new Map(files) };
}

const pathInUrl = (folder: string, path: string): string =>
  `/${path.slice(join(folder, '/').length)}`.replaceAll('\\', '/');

async function readConsoleFile(path: string): Promise<ConsoleFile> {
  const bytes = await readFile(path);
  const gzipped = await compress(bytes, { level: 9 });
  return {
    type: types[extname(path)] ?? 'application/octet-stream',
    bytes,
    gzipped: gzipped.length < bytes.length ? gzipped : null,
    etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`,
  };
}

function absent(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
    return undefined;
  throw error;
}
