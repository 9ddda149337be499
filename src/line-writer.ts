import { writeSync } from 'node:fs';

export interface LineWriterLimits {
  /** Characters that wait while a reader has no room; lines beyond are dropped, so that none stops the gateway. */
  readonly unread: number;
  /** How often a reader who had no room is tried again, in milliseconds. */
  readonly retryMs: number;
  /** How often when the process ends; then it ends without. */
  readonly lastRetries: number;
}

const defaultLimits: LineWriterLimits = { unread: 8 * 1024 * 1024, retryMs: 10, lastRetries: 200 };

const nothing = Buffer.alloc(0);

/**
 * Lines into a pipe or file: those of one turn of the event loop are one system call, and a reader who is slow delays
 * nobody. All are whole and in order, and written before the process ends, unless a signal kills it.
 */
export class LineWriter {
  readonly #fd: number;
  readonly #limits: LineWriterLimits;
  #lines = '';
  /** What the reader had no room for. */
  #rest: Buffer = nothing;
  #isScheduled = false;
  #isUsed = false;

  constructor(fd: number, limits: LineWriterLimits = defaultLimits) {
    this.#fd = fd;
    this.#limits = limits;
  }

  write(line: string): void {
    if (!this.#isUsed) process.once('exit', () => this.#end());
    this.#isUsed = true;
    if (this.#lines.length + line.length > this.#limits.unread) return;
    this.#lines += line;
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#isScheduled = !this.#hasWrittenAll();
    // At the end of the process nobody waits for this: see #end.
    if (this.#isScheduled) setTimeout(() => this.#flush(), this.#limits.retryMs).unref();
  }

  #end(): void {
    const sleeper = new Int32Array(new SharedArrayBuffer(4));
    for (let tries = 0; tries < this.#limits.lastRetries && !this.#hasWrittenAll(); tries += 1)
      Atomics.wait(sleeper, 0, 0, this.#limits.retryMs);
  }

  /** False when the reader has no room. */
  #hasWrittenAll(): boolean {
    try {
      while (this.#rest.length > 0 || this.#lines !== '') {
        if (this.#rest.length === 0) {
          this.#rest = Buffer.from(this.#lines);
          this.#lines = '';
        }
        this.#rest = this.#rest.subarray(writeSync(this.#fd, this.#rest));
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return false;
      // Nobody reads any more, or the disk of the log is full: no reason to stop anything, and nowhere to tell it.
      this.#rest = nothing;
      this.#lines = '';
    }
    return true;
  }
}
