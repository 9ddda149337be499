/** How long an event is kept. */
import type { DeliveryStatus } from '../model/delivery.ts';
import type { KeptEvent } from './erasing.ts';
import type { Purge, Purged } from './store.ts';

/** An event whose retention may have ended. */
export interface RetainedEvent extends KeptEvent {
  readonly settled_at: number;
}

/** Which retention it is found to have, and since when that counts. */
export interface Retained {
  readonly seq: number;
  readonly kept: 'dead' | null;
  readonly from: number;
}

/** When an event is looked at again that was due and not settled. */
const unsettledAgainMs = 24 * 60 * 60 * 1_000;

interface RetainedDelivery {
  readonly status: DeliveryStatus;
  readonly settled_at: number | null;
}

/** How it stays, if it does; then it is not looked at again before it may be due. */
export function retainedOf(
  { seq, status: own, settled_at: settledAt }: RetainedEvent,
  deliveries: readonly RetainedDelivery[],
  { now, keep }: Purge,
): Retained | undefined {
  const isDead = own === 'failed' || deliveries.some(({ status }) => status === 'dead');
  const kept = isDead ? 'dead' : null;
  const ms = isDead ? keep.deadMs : keep.deliveredMs;
  if (deliveries.some(({ settled_at: at }) => at === null))
    return { seq, kept, from: now.getTime() - ms + unsettledAgainMs };
  const from = Math.max(settledAt, ...deliveries.map(({ settled_at: at }) => at ?? 0));
  return from <= now.getTime() - ms ? undefined : { seq, kept, from };
}

/** Events settled until then may be due, of each retention. */
export const retentionLines = ({ now, keep }: Pick<Purge, 'now' | 'keep'>) =>
  [
    { kept: null, until: now.getTime() - keep.deliveredMs },
    { kept: 'dead', until: now.getTime() - keep.deadMs },
  ] as const;

export type Pruned = Omit<Purged, 'keys' | 'isAll'>;
