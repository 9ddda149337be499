/** Longer words are compared for equality alone: the distance costs the product of two lengths. */
const lengthMax = 64;
const fewKeys = 6;

/**
 * Of the keys that are there the one that was most likely meant; undefined when none is near. A short word is near to
 * many others, so the longer the word the more letters may differ.
 */
export function nearestKey(wanted: string, keys: readonly string[]): string | undefined {
  const max = wanted.length <= 5 ? 1 : 2;
  const near = keys
    .map((key) => ({ key, apart: apart(wanted, key, max) }))
    .filter((candidate) => candidate.apart <= max)
    .toSorted((a, b) => a.apart - b.apart || sharedEnds(wanted, b.key) - sharedEnds(wanted, a.key));
  return near[0]?.key;
}

/** Whether `wanted` is `key` with one letter added, dropped, changed or swapped, or only differs in case and separators. */
export const isSlip = (wanted: string, key: string): boolean => apart(wanted, key, 1) <= 1;

/** The keys that look most like the wanted one first; a few stay in the order of the data. */
export function likestFirst(wanted: string, keys: readonly string[]): readonly string[] {
  if (keys.length <= fewKeys) return keys;
  const unlike = new Map(keys.map((key) => [key, distance(wanted, key) - sharedEnds(wanted, key)]));
  return keys.toSorted((a, b) => (unlike.get(a) ?? 0) - (unlike.get(b) ?? 0));
}

/** Letters apart; less than one where only case and separators differ, as in userId and user_id. */
function apart(wanted: string, key: string, max: number): number {
  if (bare(wanted) === bare(key)) return 0.5;
  return Math.abs(wanted.length - key.length) > max ? Number.POSITIVE_INFINITY : distance(wanted, key);
}

const bare = (word: string): string => word.toLowerCase().replaceAll(/[-_.\s]/g, '');

/** Characters that two words share at their beginning and end. */
function sharedEnds(a: string, b: string): number {
  const shared = (from: (word: string, index: number) => string | undefined): number => {
    let count = 0;
    while (count < Math.min(a.length, b.length) && from(a, count) === from(b, count)) count += 1;
    return count;
  };
  return shared((word, index) => word[index]) + shared((word, index) => word.at(-1 - index));
}

/** Letters to add, drop, change or swap with their neighbour (optimal string alignment). */
function distance(a: string, b: string): number {
  if (a.length > lengthMax || b.length > lengthMax) return a === b ? 0 : Number.POSITIVE_INFINITY;
  let before: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(
        Math.min(
          at(last, j) + 1,
          at(row, j - 1) + 1,
          at(last, j - 1) + (same ? 0 : 1),
          swapped ? at(before, j - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    before = last;
    last = row;
  }
  return at(last, b.length);
}

const at = (row: readonly number[], index: number): number => row[index] ?? Number.POSITIVE_INFINITY;
