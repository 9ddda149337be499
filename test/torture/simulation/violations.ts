/** What must never be seen, and how often it was. */
export const invariants = {
  lost: 'events or deliveries lost',
  stuck: 'stuck at the end',
  overlap: 'claims of what another one holds, or of what is not due',
  idle: 'claims that left due work lying',
  order: 'deliveries that overtook a former one of their person, events out of the order of arrival',
  settled: 'settlements kept without the lease, or refused with it',
  tallies: 'tallies that do not add up',
} as const;
export type Invariant = keyof typeof invariants;

export class Violations {
  readonly counts = new Map<Invariant, number>();
  /** The first few, for whoever has to find out why. */
  readonly told: string[] = [];

  /** Counts one unless it is so. */
  expect(invariant: Invariant, isSo: boolean, told: () => string): void {
    if (isSo) return;
    this.counts.set(invariant, (this.counts.get(invariant) ?? 0) + 1);
    if (this.told.length < 10) this.told.push(`${invariant}: ${told()}`);
  }
}
