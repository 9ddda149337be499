/**
 * Memory that the gateway shares with an evaluator's process, in which whole batches cross. A pipe takes about 200 KB, and
 * is filled again once in a turn of the event loop: under load that is every 20 ms, while a batch is several times as
 * long, and the evaluator would idle most of the time.
 */
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** Files in memory, where the system has any: what senders tell does not get onto a disk by this way. */
const folderInMemory = '/dev/shm';

/** As long as the longest batches but those of single huge events, in bytes; what is never filled takes no memory. */
const bytesMax = 8_000_000;

/** The gateway's side. */
export class Mailbox {
  /** To be handed to the process that reads, which can do nothing else by it; nobody else can open it. */
  readonly descriptor: number;
  readonly #writing: number;
  #isOpen = true;

  private constructor(file: string) {
    this.#writing = openSync(file, 'wx', 0o600);
    try {
      this.descriptor = openSync(file, 'r');
    } catch (error) {
      // Nobody else closes what was opened by half.
      closeSync(this.#writing);
      throw error;
    }
  }

  /** Undefined where there are no files in memory; then everything crosses in the pipe. */
  static open(folder = folderInMemory): Mailbox | undefined {
    try {
      const own = mkdtempSync(join(folder, 'hookstitch-'));
      try {
        return new Mailbox(join(own, 'mailbox'));
      } finally {
        // It lives on without a name, as long as one of the two has it open.
        rmSync(own, { recursive: true, force: true });
      }
    } catch {
      return undefined;
    }
  }

  /** Puts it in the place of what was there before; false where there is no room. */
  put(bytes: Uint8Array): boolean {
    if (!this.#isOpen || bytes.byteLength > bytesMax) return false;
    try {
      return writeSync(this.#writing, bytes, 0, bytes.byteLength, 0) === bytes.byteLength;
    } catch {
      return false;
    }
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    closeSync(this.#writing);
    closeSync(this.descriptor);
  }
}

/** The reader's side: what was put there last. */
export function readMailbox(descriptor: number, length: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(length);
  return bytes.subarray(0, readSync(descriptor, bytes, 0, length, 0));
}
