import { closeSync, existsSync, openSync, read } from 'node:fs';
import { promisify } from 'node:util';
import type { Traces } from '../../identity/traces.ts';

const readFrom = promisify(read);

const chunkBytes = 128 * 1024;
/** Longer than any way of writing an identifier. */
const overlapBytes = 4_096;

/**
 * Looks for a person in the bytes of the database's files. The files stay open until the database is closed: closing
 * one would give up the locks that SQLite holds on it in this process.
 */
export class FileScan {
  readonly #names: readonly string[];
  readonly #open = new Map<string, number>();

  constructor(database: string) {
    this.#names = [database, `${database}-wal`, `${database}-shm`];
  }

  /** Kinds of the identifiers that are in any of the files. */
  async kindsIn(traces: Traces, asWords: boolean): Promise<readonly string[]> {
    const kinds = new Set<string>();
    for (const name of this.#names) {
      const file = this.#fileOf(name);
      if (file === undefined) continue;
      for await (const bytes of chunksOf(file)) for (const kind of traces.kindsIn(bytes, asWords)) kinds.add(kind);
    }
    return [...kinds];
  }

  close(): void {
    for (const file of this.#open.values()) closeSync(file);
    this.#open.clear();
  }

  #fileOf(name: string): number | undefined {
    const file = this.#open.get(name) ?? (existsSync(name) ? openSync(name, 'r') : undefined);
    if (file !== undefined) this.#open.set(name, file);
    return file;
  }
}

async function* chunksOf(file: number): AsyncGenerator<string> {
  const buffer = Buffer.alloc(overlapBytes + chunkBytes);
  for (let [position, kept] = [0, 0]; ; ) {
    const { bytesRead } = await readFrom(file, buffer, kept, chunkBytes, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    const length = kept + bytesRead;
    yield buffer.toString('latin1', 0, length);
    kept = Math.min(overlapBytes, length);
    buffer.copyWithin(0, length - kept, length);
  }
}
