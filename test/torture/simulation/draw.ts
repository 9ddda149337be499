import { seededRandom } from '../../sources/mutants.ts';

/** What a seed decides. */
export interface Draw {
  /** [0, 1). */
  readonly random: () => number;
  /** From 0 to `below`, whole. */
  number(below: number): number;
  chance(share: number): boolean;
  one<T>(items: readonly T[]): T | undefined;
  /** A key, as often as its weight says. */
  weighted<K extends string>(weights: Readonly<Record<K, number>>): K;
}

export function drawFrom(seed: number): Draw {
  const random = seededRandom(seed);
  const number = (below: number): number => Math.floor(random() * below);
  return {
    random,
    number,
    chance: (share) => random() < share,
    one: (items) => items[number(items.length)],
    weighted: <K extends string>(weights: Readonly<Record<K, number>>) => {
      const entries = Object.entries(weights) as [K, number][];
      let left = random() * entries.reduce((sum, [, weight]) => sum + weight, 0);
      const chosen = entries.find(([, weight]) => {
        left -= weight;
        return left < 0;
      });
      return (chosen ?? entries[0] ?? ['' as K])[0];
    },
  };
}
