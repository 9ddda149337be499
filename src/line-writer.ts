import { constants, fstatSync, openSync, writeSync } from 'node:fs';

export interface LineWriterLimits {
  /** Characters that wait while a reader has no room; lines beyond are dropped. */
  readonly unread: number;
  /** How often a reader who had no room is tried again, in milliseconds. */
  readonly retryMs: number;
  /** How often when the process ends and the reader takes nothing; then it ends without. */
  readonly lastRetries: number;
}

const defaultLimits: LineWriterLimits = { unread: 8 * 1024 * 1024, retryMs: 10, lastRetries: 200 };

const nothing = Buffer.alloc(0);

/**
 * Lines into a pipe or file: those of one turn of the event loop are one system call, and on Linux a pipe whose reader is
 * slow delays nobody. All are whole and in order, and written before the process ends, unless a signal kills it.
 */
export class LineWriter {
  readonly #given: number;
  readonly #limits: LineWriterLimits;
  readonly #tellDropped: (lines: number) => void;
  #fd: number | undefined;
  #lines = '';
  /** What the reader had no room for. */
  #rest: Buffer = nothing;
  /** As long as there are any, all that come are: they make one gap, and it is told of where it is. */
  #dropped = 0;
  #isScheduled = false;

  /** `tellDropped` may write a line about those that were dropped, once all that waited are out. */
  constructor(fd: number, tellDropped: (lines: number) => void, limits: LineWriterLimits = defaultLimits) {
    this.#given = fd;
    this.#tellDropped = tellDropped;
    this.#limits = limits;
  }

  write(line: string): void {
    if (this.#fd === undefined) this.#start();
    if (this.#dropped > 0 || this.#unread + line.length > this.#limits.unread) this.#dropped += 1;
    else this.#lines += line;
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => this.#flush());
  }

  get #unread(): number {
    return this.#rest.length + this.#lines.length;
  }

  #start(): void {
    this.#fd = withoutWaiting(this.#given);
    process.once('exit', () => this.#end());
  }

  #flush(): void {
    this.#isScheduled = !this.#hasWrittenAll();
    // At the end of the process nobody waits for this: see #end.
    if (this.#isScheduled) setTimeout(() => this.#flush(), this.#limits.retryMs).unref();
  }

  #end(): void {
    const sleeper = new Int32Array(new SharedArrayBuffer(4));
    let unread = this.#unread;
    for (let tries = 0; tries < this.#limits.lastRetries && !this.#hasWrittenAll(); tries += 1) {
      if (this.#unread < unread) tries = 0;
      unread = this.#unread;
      Atomics.wait(sleeper, 0, 0, this.#limits.retryMs);
    }
  }

  /** False when the reader has no room. */
  #hasWrittenAll(): boolean {
    try {
      while (this.#hasMore()) this.#rest = this.#rest.subarray(writeSync(this.#fd ?? this.#given, this.#rest));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return false;
      // Nobody reads any more, or the disk of the log is full: no reason to stop anything, and nowhere to tell it.
      this.#rest = nothing;
      this.#lines = '';
      this.#dropped = 0;
    }
    return true;
  }

  #hasMore(): boolean {
    if (this.#rest.length > 0) return true;
    if (this.#lines === '' && this.#dropped > 0) {
      const dropped = this.#dropped;
      this.#dropped = 0;
      this.#tellDropped(dropped);
    }
    this.#rest = Buffer.from(this.#lines);
    this.#lines = '';
    return this.#rest.length > 0;
  }
}

/**
 * A shell's or container's pipe makes who writes into it wait until there is room. How it does is a matter of who opened
 * it, so it is opened once more, which Linux lets one do; where that fails, and for all but pipes, it stays as it is.
 */
function withoutWaiting(fd: number): number {
  try {
    if (!fstatSync(fd).isFIFO()) return fd;
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return fd;
  }
}
