/** Quantiles of single timings, in microseconds. */
export interface Timing {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export function timingOf(samplesMs: readonly number[]): Timing {
  const sorted = samplesMs.toSorted((one, other) => one - other);
  const at = (share: number): number =>
    micro(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

const micro = (ms: number): number => Math.round(ms * 1_000);

/** [0, 1), the same in every run: Mulberry32. */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
