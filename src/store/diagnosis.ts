import type { Damage } from './store.ts';

/** What `hookstitch doctor` finds. */
export interface Diagnosis {
  readonly rows: number;
  readonly damages: readonly Damage[];
  /** What is no damage and still not as it should be. */
  readonly notes: readonly Damage[];
}

/** Longer than any lease that is renewed or ended by a gateway that works. */
const leaseOverdueMs = 600_000;

/** Leases that ended before are worth a note. */
export const overdueBefore = (now: Date): number => now.getTime() - leaseOverdueMs;

export const overdueLease = (id: string): Damage => ({
  place: id,
  what: 'its lease ended long ago, and nobody took it',
});
