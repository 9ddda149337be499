import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';

/** What can happen to the files of a data directory. Each changes something, and draws what it needs. */

export interface Files {
  readonly database: string;
  readonly log: string;
  readonly index: string;
  readonly marker: string;
  /** A database of another instance. */
  readonly other: string;
}

export interface Damaging {
  readonly kind: string;
  /** Of a gateway that was stopped, or of one that was killed and left its log. */
  readonly of: 'stopped' | 'killed';
  apply(files: Files, random: () => number): void;
}

const pageBytes = 4_096;

export const damagings: readonly Damaging[] = [
  { kind: 'database deleted', of: 'stopped', apply: ({ database }) => rmSync(database) },
  { kind: 'database emptied', of: 'stopped', apply: ({ database }) => truncateSync(database) },
  { kind: 'database cut', of: 'stopped', apply: ({ database }, random) => cut(database, random) },
  { kind: 'header zeroed', of: 'stopped', apply: ({ database }) => change(database, (bytes) => bytes.fill(0, 0, 100)) },
  {
    kind: 'page zeroed',
    of: 'stopped',
    apply: ({ database }, random) => change(database, (bytes) => page(bytes, random).fill(0)),
  },
  {
    kind: 'page of noise',
    of: 'stopped',
    apply: ({ database }, random) =>
      change(database, (bytes) => {
        const noisy = page(bytes, random);
        for (let at = 0; at < noisy.length; at += 1) noisy[at] = Math.floor(random() * 256);
      }),
  },
  {
    kind: 'pages exchanged',
    of: 'stopped',
    apply: ({ database }, random) =>
      change(database, (bytes) => {
        const [one, other] = [page(bytes, random), page(bytes, random)];
        const copy = Buffer.from(one);
        one.set(other);
        other.set(copy);
      }),
  },
  {
    kind: 'bit flipped',
    of: 'stopped',
    apply: ({ database }, random) => change(database, (bytes) => flip(bytes, random)),
  },
  {
    kind: 'sector torn',
    of: 'stopped',
    apply: ({ database }, random) =>
      change(database, (bytes) => {
        const start = Math.floor((random() * bytes.length) / 512) * 512;
        bytes.copyWithin(start, 512, 1_024);
      }),
  },
  {
    kind: 'database of another instance',
    of: 'stopped',
    apply: ({ database, other }) => writeFileSync(database, readFileSync(other)),
  },
  { kind: 'marker deleted', of: 'stopped', apply: ({ marker }) => rmSync(marker) },
  { kind: 'log cut', of: 'killed', apply: ({ log }, random) => cut(log, random) },
  { kind: 'log deleted', of: 'killed', apply: ({ log }) => rmSync(log) },
  {
    kind: 'bit flipped in the log',
    of: 'killed',
    apply: ({ log }, random) => change(log, (bytes) => flip(bytes, random)),
  },
  { kind: 'index deleted', of: 'killed', apply: ({ index }) => rmSync(index) },
  {
    kind: 'bit flipped in the index',
    of: 'killed',
    apply: ({ index }, random) => change(index, (bytes) => flip(bytes, random)),
  },
];

function change(file: string, how: (bytes: Buffer) => void): void {
  const bytes = readFileSync(file);
  how(bytes);
  writeFileSync(file, bytes);
}

function cut(file: string, random: () => number): void {
  truncateSync(file, Math.floor(readFileSync(file).length * (0.1 + random() * 0.89)));
}

function flip(bytes: Buffer, random: () => number): void {
  const at = Math.floor(random() * bytes.length);
  bytes.writeUInt8((bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8)), at);
}

function page(bytes: Buffer, random: () => number): Buffer {
  const start = Math.floor(random() * (bytes.length / pageBytes)) * pageBytes;
  return bytes.subarray(start, start + pageBytes);
}
