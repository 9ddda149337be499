import { addMs } from '../../model/clock.ts';
import type { Claim, DeliveryClaim } from '../store.ts';
import type { Transaction } from './connections.ts';

/** The end of its lease tells a claim from every other one of the same worker: nobody claims twice in one moment. */
export const lostClaimSql = {
  endEvents: `
    update event set lease_ends_at = $3
    where status = 'received' and claimed_by is not null and lease_ends_at = $2 and claimed_by = $1`,
  endDeliveries: `
    update delivery set lease_ends_at = $3
    where status = 'in_flight' and destination = $4 and lease_ends_at = $2 and claimed_by = $1`,
};

interface Lost {
  readonly worker: string;
  readonly endsAtMs: number;
}

type Work<T> = (tx: Transaction) => Promise<T>;

/**
 * When a connection breaks at the commit of a claim, work may be leased to somebody who has not heard of it: the next
 * claim of the same line ends these leases, so that it need not wait for their time.
 */
export class LostClaims {
  /** By destination; under null those of events. */
  readonly #lost = new Map<string | null, readonly Lost[]>();

  /** Runs a claim, whose transaction is to run what it is given. */
  async during<T>(
    claim: Claim | DeliveryClaim,
    run: (tracked: (tx: Transaction, work: Work<T>) => Promise<T>) => Promise<T>,
  ): Promise<T> {
    const line = 'destination' in claim ? claim.destination : null;
    const lost = this.#lost.get(line) ?? [];
    let isBegun = false;
    try {
      const claimed = await run(async (tx, work) => {
        isBegun = true;
        for (const one of lost) await endLost(tx, one, { line, now: claim.now });
        return work(tx);
      });
      this.#lost.delete(line);
      return claimed;
    } catch (error) {
      // Caught to remember it; the fault itself is the caller's.
      const { worker, leaseMs, now } = claim;
      if (isBegun) this.#lost.set(line, [...lost, { worker, endsAtMs: addMs(now, leaseMs).getTime() }]);
      throw error;
    }
  }
}

async function endLost(
  tx: Transaction,
  { worker, endsAtMs }: Lost,
  { line, now }: { readonly line: string | null; readonly now: Date },
): Promise<void> {
  const values = [worker, endsAtMs, now.getTime()];
  if (line === null) await tx.rows(lostClaimSql.endEvents, values);
  else await tx.rows(lostClaimSql.endDeliveries, [...values, line]);
}
