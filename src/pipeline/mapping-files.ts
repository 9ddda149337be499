import { createHash } from 'node:crypto';
import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import type { Checked } from '../mapping/check-text.ts';
import { gatewayFileName, isMappingFileName, readText } from '../mapping/folder.ts';
import { GatewayError } from '../model/error.ts';
import type { UnsavedText } from './authoring.ts';
import { replaceFile } from './replace-file.ts';

export type { Checked };

/** Longer ones keep the process that reads them, and no sensible mapping is. */
export const mappingTextMax = 64 * 1024;

export interface MappingText {
  readonly file: string;
  readonly text: string;
  /** Of the text, so that nobody overwrites what somebody else has saved meanwhile. */
  readonly hash: string;
}

export interface SavedText {
  readonly text: string;
  /** Of the text that it is a change of; null for a new file. */
  readonly hash: string | null;
}

/** What came of a save. */
export type Saved =
  | { readonly kind: 'saved'; readonly hash: string; readonly checked: Checked }
  /** It is not the text any more that was changed; null: the file is gone. */
  | { readonly kind: 'changed'; readonly current: MappingText | null }
  /** It would not take effect, so it was not written. */
  | { readonly kind: 'refused'; readonly checked: Checked };

export interface MappingFilesSetup {
  /** The mappings folder; undefined where mappings were given without one. */
  readonly folder: string | undefined;
  /** EDIT_MAPPINGS. */
  readonly isEnabled: boolean;
  /** What the reload would say of the text. */
  readonly check: (mapping: UnsavedText) => Promise<Checked>;
}

/** The texts of the mappings folder, for people who look at them and change them over the API. */
export class MappingFiles {
  readonly #setup: MappingFilesSetup;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(setup: MappingFilesSetup) {
    this.#setup = setup;
  }

  /** Why no file can be changed; undefined when they can. */
  async whyReadOnly(): Promise<string | undefined> {
    const { folder, isEnabled } = this.#setup;
    if (folder === undefined) return 'this gateway was given its mappings without a folder';
    if (!isEnabled) return 'EDIT_MAPPINGS is false';
    try {
      await access(folder, constants.W_OK | constants.X_OK);
      return undefined;
    } catch {
      // Whatever the reason, a save would meet it too.
      return `the gateway may not write to ${folder}`;
    }
  }

  /** Throws MAPPING_NOT_FOUND. */
  async read(file: string): Promise<MappingText> {
    const found = await this.#textOf(file);
    if (found !== undefined) return found;
    throw new GatewayError('MAPPING_NOT_FOUND', 'there is no such mapping file, or it cannot be read');
  }

  /**
   * Takes the place of the text that `hash` is of, once it would take effect: one save after the other, and whole or not
   * at all. Throws EDITING_OFF, and REQUEST_INVALID for a name that no mapping file has.
   */
  async save(file: string, saved: SavedText): Promise<Saved> {
    const why = await this.whyReadOnly();
    if (why !== undefined) throw new GatewayError('EDITING_OFF', `mappings are not edited here: ${why}`, { hint });
    pathIn(this.#setup.folder, file);
    const checked = await this.#setup.check({ file, text: saved.text });
    if (checked.finding.kind === 'refused') return { kind: 'refused', checked };
    const done = this.#turn.then(() => this.#write(file, saved, checked));
    this.#turn = done.catch(() => undefined);
    return await done;
  }

  async #write(file: string, { text, hash }: SavedText, checked: Checked): Promise<Saved> {
    const current = (await this.#textOf(file)) ?? null;
    if ((current?.hash ?? null) !== hash) return { kind: 'changed', current };
    const isWritten = await replaceFile(pathIn(this.#setup.folder, file), text, hash === null).catch(
      (error: unknown) => {
        throw new GatewayError('EDITING_OFF', `${file} cannot be written`, { hint, cause: error });
      },
    );
    if (!isWritten) return { kind: 'changed', current: (await this.#textOf(file)) ?? null };
    return { kind: 'saved', hash: hashOf(text), checked };
  }

  async #textOf(file: string): Promise<MappingText | undefined> {
    const read = isNameable(file) ? await readText(pathIn(this.#setup.folder, file), mappingTextMax) : undefined;
    return read !== undefined && 'text' in read ? { file, text: read.text, hash: hashOf(read.text) } : undefined;
  }
}

const hint = 'edit the file where it comes from, or let the gateway write to its mappings folder';

/** Also what the folder is watched for; nothing that leads out of it, or that some file systems take for gateway.yaml. */
const isNameable = (file: string): boolean =>
  /^\w[\w.-]{0,99}$/.test(file) && isMappingFileName(file) && file.toLowerCase() !== gatewayFileName;

function pathIn(folder: string | undefined, file: string): string {
  if (folder !== undefined && isNameable(file)) return join(folder, file);
  throw new GatewayError('REQUEST_INVALID', 'this is no name of a mapping file', {
    hint: `letters, digits, ".", "-" and "_", ending in .yaml, and not ${gatewayFileName}`,
  });
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
