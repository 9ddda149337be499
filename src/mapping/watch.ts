import { lstat, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type FSWatcher, watch } from 'chokidar';
import { GatewayError } from '../model/error.ts';
import { gatewayFileName, mappingFileNames } from './folder.ts';
import { type Due, type DueFile, Settling, type SettlingTimes, type Sighting } from './settling.ts';

/**
 * Finds out which files of the mappings folder have changed. Looking is what counts: events of the file system only say
 * when, since bind mounts and network file systems send none. A look reads no file.
 */
export class FolderWatch {
  readonly #folder: string;
  readonly #settling: Settling;
  #fixtures: ReadonlySet<string> = new Set();
  #wasThere = false;
  #events: FSWatcher | undefined;

  constructor(folder: string, times?: SettlingTimes) {
    this.#folder = folder;
    this.#settling = new Settling(times);
  }

  /** Calls back when the file system tells of a change of a mapping file or gateway.yaml, and once when it begins to. */
  async start(changed: () => void): Promise<void> {
    // The folder itself may be reached by a link; none inside of it is followed.
    const folder = await realpath(this.#folder).catch(() => resolve(this.#folder));
    const isOther = (path: string): boolean => path !== folder && !/\.ya?ml$/.test(path);
    this.#events = watch(folder, { depth: 0, ignoreInitial: true, followSymlinks: false, ignored: isOther });
    this.#events.on('all', changed);
    // What changed while it began to listen was not told.
    this.#events.on('ready', changed);
    // Looking at the folder goes on without events, as it does where there are none.
    this.#events.on('error', () => undefined);
  }

  async stop(): Promise<void> {
    await this.#events?.close();
  }

  /** The files that can be read now, gateway.yaml and fixtures among them. Throws when a folder that was there is not. */
  async look(nowMs: number): Promise<Due> {
    return this.#settling.see(await this.#sightings(), nowMs);
  }

  /** They were read as the last look found them. */
  dealtWith(files: readonly DueFile[]): void {
    for (const file of files) this.#settling.dealtWith(file);
  }

  /** Takes these files of the folder into view, in place of those before; new ones count as read now. */
  async follow(fixtures: ReadonlySet<string>): Promise<void> {
    const added = await Promise.all(
      [...fixtures].filter((path) => !this.#fixtures.has(path)).map((path) => this.#see(path)),
    );
    this.#fixtures = fixtures;
    this.dealtWith(added.flat().map((sighting) => ({ ...sighting, still: true })));
  }

  async #sightings(): Promise<readonly Sighting[]> {
    const names = [...(await this.#fileNames()), gatewayFileName, ...this.#fixtures];
    return (await Promise.all(names.map((name) => this.#see(name)))).flat();
  }

  async #fileNames(): Promise<readonly string[]> {
    try {
      const names = await mappingFileNames(this.#folder);
      this.#wasThere = true;
      return names;
    } catch (cause) {
      // A folder that never was there holds no mappings; one that is gone takes none along.
      if (!this.#wasThere && cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return [];
      throw new GatewayError('CONFIG_INVALID', `${this.#folder} cannot be read`, { cause });
    }
  }

  async #see(name: string): Promise<readonly Sighting[]> {
    try {
      const { ino, size, mtimeNs, ctimeNs } = await lstat(join(this.#folder, name), { bigint: true });
      return [{ name, stamp: [ino, size, mtimeNs, ctimeNs].join(' ') }];
    } catch {
      // Gone since the folder was listed, or hidden from us: not there.
      return [];
    }
  }
}
