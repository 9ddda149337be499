/**
 * Space that is kept free, so that purging and settling still work on a disk that is nearly full. Who receives is turned
 * away at the reserve; senders that never come back are taken further, and a file of nothing gives its space to them.
 */
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { open, rm, statfs } from 'node:fs/promises';
import type { Database } from 'better-sqlite3';
import { GatewayError } from '../../model/error.ts';
import type { DataFiles } from './data-files.ts';
import { sizeOf } from './wal.ts';

/** In bytes; what is left out follows the size of the disk. */
export interface DiskLimits {
  readonly reserveBytes?: number | undefined;
  readonly ballastBytes?: number | undefined;
}

const mebibyte = 1024 * 1024;
/** What is known of the disk is used for so long, and no longer than the second: requests come in bursts. */
const freshMs = 1_000;
const staleMs = 5_000;
/** Of the reserve: below it nothing is taken from anybody, so that what is there can still be settled. */
const lastShare = 1 / 8;

const unlimited = { bavail: Number.POSITIVE_INFINITY, blocks: 0, bsize: 1 };

interface Disk {
  readonly freeBytes: number;
  readonly totalBytes: number;
  readonly readAtMs: number;
}

export class DiskSpace {
  readonly #files: DataFiles;
  readonly #limits: DiskLimits;
  #disk: Disk | undefined;
  #reading: Promise<Disk> | undefined;
  #ballast: Promise<void> | undefined;

  constructor(files: DataFiles, limits: DiskLimits) {
    this.#files = files;
    this.#limits = limits;
  }

  /**
   * Throws STORE_UNAVAILABLE where there is too little space left. `reusableBytes` are free within the database;
   * `isSentOnce` says that the sender does not come back.
   */
  async admit({ isSentOnce, reusableBytes }: Admission): Promise<void> {
    const disk = await this.#known();
    const reserve = reserveBytes(disk, this.#limits);
    const last = reserve * lastShare;
    const least = isSentOnce ? last : reserve;
    if (disk.freeBytes >= least) return;
    const free = disk.freeBytes + reusableBytes();
    // What is written goes through the log first, whatever is free within the database.
    if (free >= least && disk.freeBytes >= last) return;
    if (isSentOnce && this.release()) return;
    throw new GatewayError('STORE_UNAVAILABLE', `the disk is nearly full: ${inMebibytes(free)} MB are free`, {
      hint: `Free space on the disk of DATA_DIR; below ${inMebibytes(reserve)} MB nothing is received (DISK_RESERVE_MB).`,
    });
  }

  /** How much is free, and what of it is kept. */
  async state(): Promise<{ readonly freeBytes: number; readonly reserveBytes: number }> {
    const disk = await this.#known();
    return { freeBytes: disk.freeBytes, reserveBytes: reserveBytes(disk, this.#limits) };
  }

  /** Gives the ballast's space back; false when there is none. */
  release(): boolean {
    if (sizeOf(this.#files.ballast) === 0) return false;
    rmSync(this.#files.ballast, { force: true });
    this.#disk = undefined;
    return true;
  }

  /** Makes the ballast where there is space for it and the reserve. */
  async tend(): Promise<void> {
    const disk = await this.#known();
    const wanted = ballastBytes(disk, this.#limits);
    const size = sizeOf(this.#files.ballast);
    if (size === wanted) return;
    if (disk.freeBytes + size < reserveBytes(disk, this.#limits) + wanted) return;
    this.#ballast ??= makeBallast(this.#files.ballast, wanted).finally(() => {
      this.#ballast = undefined;
    });
    await this.#ballast;
    this.#disk = undefined;
  }

  /** Resolves when nothing is written any more. */
  async close(): Promise<void> {
    await this.#ballast;
  }

  async #known(): Promise<Disk> {
    const ageMs = this.#disk === undefined ? Number.POSITIVE_INFINITY : performance.now() - this.#disk.readAtMs;
    if (this.#disk !== undefined && ageMs <= freshMs) return this.#disk;
    this.#reading ??= this.#read();
    return this.#disk !== undefined && ageMs <= staleMs ? this.#disk : await this.#reading;
  }

  async #read(): Promise<Disk> {
    // A disk that does not say how full it is says so when it is written to.
    const read = await statfs(this.#files.folder).catch(() => unlimited);
    const { bavail, blocks, bsize } = read;
    this.#disk = { freeBytes: bavail * bsize, totalBytes: blocks * bsize, readAtMs: performance.now() };
    this.#reading = undefined;
    return this.#disk;
  }
}

export interface Admission {
  readonly isSentOnce: boolean;
  readonly reusableBytes: () => number;
}

/** 256 MB or 5 %, whichever is more, but not more than a fifth of a small disk. */
export function reserveBytes({ totalBytes }: Pick<Disk, 'totalBytes'>, limits: DiskLimits): number {
  return limits.reserveBytes ?? Math.min(Math.max(256 * mebibyte, totalBytes / 20), totalBytes / 5);
}

/** 64 MB, but not more than a twentieth of a small disk. */
export function ballastBytes({ totalBytes }: Pick<Disk, 'totalBytes'>, limits: DiskLimits): number {
  return Math.floor(limits.ballastBytes ?? Math.min(64 * mebibyte, totalBytes / 20));
}

/** Of bytes that no file system can pack, so that the space is really taken. */
async function makeBallast(file: string, bytes: number): Promise<void> {
  await rm(file, { force: true });
  if (bytes === 0) return;
  try {
    const handle = await open(file, 'wx', 0o600);
    try {
      const piece = randomBytes(Math.min(bytes, mebibyte));
      for (let left = bytes; left > 0; left -= piece.length) await handle.write(piece, 0, Math.min(left, piece.length));
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    // The space went to somebody else meanwhile, and half a ballast is space taken for nothing.
    await rm(file, { force: true });
  }
}

const inMebibytes = (bytes: number): number => Math.floor(bytes / mebibyte);

/** Free pages within the file: what is purged is written over, the file does not shrink. */
export function reusableBytes(db: Database): number {
  const of = (pragma: string): number => Number(db.pragma(pragma, { simple: true }));
  return of('freelist_count') * of('page_size');
}
