import type { Measured } from './report/report.ts';

/** Everything in each round, one after the other, so that what the machine does meanwhile meets them all. */
export async function interleaved<Item>(
  items: readonly Item[],
  rounds: number,
  measure: (item: Item) => Promise<readonly Omit<Measured, 'round'>[]>,
): Promise<readonly Measured[]> {
  const measured: Measured[] = [];
  for (let round = 0; round < rounds; round += 1)
    for (const item of items) measured.push(...(await measure(item)).map((one) => ({ ...one, round })));
  return measured;
}
