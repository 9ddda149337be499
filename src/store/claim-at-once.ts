import type { ClaimedEvent } from '../model/event.ts';
import type { WorkerId } from '../model/id.ts';

/**
 * A claim of events as they are recorded, in the same commit: of all or none of those of a request, and only while nothing
 * waits before them, so that whoever takes them first and claims afterwards keeps the order of arrival.
 */
export interface ClaimAtOnce {
  readonly worker: WorkerId;
  readonly leaseMs: number;
  /** Asked in the commit: who has begun to claim in line since then gets them there, and wants none before it. */
  readonly isWanted: () => boolean;
  /** Told after the commit, in the order of commits; not told where they wait in line. */
  readonly claimed: (events: readonly ClaimedEvent[]) => void;
}
