/**
 * What a write-ahead log and its index say of themselves, read from their bytes before SQLite opens them: SQLite takes a
 * log that is cut or damaged for one whose end was never committed, and goes on without it. The formats are documented
 * in sqlite.org/fileformat2.html (the log) and sqlite.org/walformat.html (the index).
 */
import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { endianness } from 'node:os';

const isLittleEndian = endianness() === 'LE';

/** Both change when the log starts anew: by one, and at random. */
export interface Salts {
  readonly first: number;
  readonly second: number;
}

export interface Wal {
  readonly salts: Salts;
  /** Whole and in order up to the last commit. */
  readonly frames: number;
  /** Of the database after that commit, in pages; 0 when nothing is committed. */
  readonly databasePages: number;
  /** The pages that the committed frames hold. */
  readonly pages: ReadonlySet<number>;
}

const walHeaderBytes = 32;
const frameHeaderBytes = 24;
/** Its last bit tells in which order the checksums read their words. */
const walMagic = 0x377f0682;

/** Undefined where there is no log that has begun. */
export function readWal(file: string): Wal | undefined {
  if (sizeOf(file) < walHeaderBytes) return undefined;
  const descriptor = openSync(file, 'r');
  try {
    return readFrames(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function readFrames(descriptor: number): Wal | undefined {
  const header = Buffer.alloc(walHeaderBytes);
  if (readSync(descriptor, header, 0, walHeaderBytes, 0) < walHeaderBytes) return undefined;
  const magic = header.readUInt32BE(0);
  if ((magic & ~1) >>> 0 !== walMagic) return undefined;
  const sum = new Checksum((magic & 1) === 1);
  sum.add(header.subarray(0, 24));
  if (!sum.is(header.readUInt32BE(24), header.readUInt32BE(28))) return undefined;
  const salts = { first: header.readUInt32BE(16), second: header.readUInt32BE(20) };
  const frame = Buffer.alloc(frameHeaderBytes + header.readUInt32BE(8));
  const pages = new Set<number>();
  let uncommitted: number[] = [];
  let [frames, databasePages] = [0, 0];
  for (let read = 0; ; read += 1) {
    const position = walHeaderBytes + read * frame.length;
    if (readSync(descriptor, frame, 0, frame.length, position) < frame.length) break;
    if (frame.readUInt32BE(8) !== salts.first || frame.readUInt32BE(12) !== salts.second) break;
    sum.add(frame.subarray(0, 8));
    sum.add(frame.subarray(frameHeaderBytes));
    if (!sum.is(frame.readUInt32BE(16), frame.readUInt32BE(20))) break;
    uncommitted.push(frame.readUInt32BE(0));
    const sizeAfterCommit = frame.readUInt32BE(4);
    if (sizeAfterCommit === 0) continue;
    for (const page of uncommitted) pages.add(page);
    uncommitted = [];
    [frames, databasePages] = [read + 1, sizeAfterCommit];
  }
  return { salts, frames, databasePages, pages };
}

/** SQLite's running checksum over pairs of 32-bit words. */
class Checksum {
  readonly #isBigEndian: boolean;
  #first = 0;
  #second = 0;

  constructor(isBigEndian: boolean) {
    this.#isBigEndian = isBigEndian;
  }

  add(bytes: Buffer): void {
    const words = this.#wordsOf(bytes);
    let [first, second] = [this.#first, this.#second];
    for (let index = 0; index < words.length; index += 2) {
      first = (first + (words[index] ?? 0) + second) | 0;
      second = (second + (words[index + 1] ?? 0) + first) | 0;
    }
    [this.#first, this.#second] = [first, second];
  }

  is(first: number, second: number): boolean {
    return this.#first >>> 0 === first && this.#second >>> 0 === second;
  }

  #wordsOf(bytes: Buffer): Uint32Array {
    // Copied: words are read in place only where they are aligned.
    const copy = Buffer.from(Uint8Array.from(bytes).buffer);
    if (this.#isBigEndian === isLittleEndian) copy.swap32();
    return new Uint32Array(copy.buffer, copy.byteOffset, copy.length / 4);
  }
}

/** What the index of a log says was committed. */
export interface WalIndex {
  readonly salts: Salts;
  readonly frames: number;
  /** Of these so many are in the database file already. */
  readonly copied: number;
}

const indexHeaderBytes = 48;
/** Two copies of the header, then what checkpoints have done. */
const indexBytes = 2 * indexHeaderBytes + 40;
const indexVersion = 3_007_000;

/**
 * Undefined where it says nothing. It survives the end of its process in whatever way, because the memory that the
 * processes share is a file. Of two copies that differ the one that promises less holds: whoever wrote them was interrupted.
 */
export function readWalIndex(file: string): WalIndex | undefined {
  if (sizeOf(file) < indexBytes) return undefined;
  const bytes = readFileSync(file).subarray(0, indexBytes);
  const copied = word(bytes, 2 * indexHeaderBytes);
  const copies = [0, indexHeaderBytes].flatMap(
    (start) => headerIn(bytes.subarray(start, start + indexHeaderBytes)) ?? [],
  );
  const [least] = copies.toSorted((one, other) => one.frames - other.frames);
  return least === undefined ? undefined : { ...least, copied };
}

function headerIn(bytes: Buffer): Pick<WalIndex, 'salts' | 'frames'> | undefined {
  const sum = new Checksum(!isLittleEndian);
  sum.add(bytes.subarray(0, 40));
  const isWhole = sum.is(word(bytes, 40), word(bytes, 44));
  if (!isWhole || word(bytes, 0) !== indexVersion || bytes[12] !== 1) return undefined;
  // Copied from the log as they stand there, so in its order and not in the machine's.
  const salts = { first: bytes.readUInt32BE(32), second: bytes.readUInt32BE(36) };
  return { salts, frames: word(bytes, 16) };
}

const word = (bytes: Buffer, at: number): number => (isLittleEndian ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));

export const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
