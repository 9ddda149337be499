/** Splits into rounds in which each key comes once: one statement may change a row once, and the order is to be kept. */
export function rounds<T>(items: readonly T[], keyOf: (item: T) => string): readonly (readonly T[])[] {
  const all: T[][] = [];
  const times = new Map<string, number>();
  for (const item of items) {
    const round = times.get(keyOf(item)) ?? 0;
    times.set(keyOf(item), round + 1);
    const taken = all[round];
    if (taken === undefined) all.push([item]);
    else taken.push(item);
  }
  return all;
}
