import type { Clock } from '../../model/clock.ts';
import type { Receipt, ReceivedRequest } from '../../model/event.ts';
import type { TranslationSettlement } from '../store.ts';
import type { Connections } from './connections.ts';
import { type LaneStep, type LaneStepEnd, takeSteps } from './deliveries.ts';
import { recordRequests } from './events.ts';
import { GroupCommit } from './group-commit.ts';
import { laneLock } from './locks.ts';
import type { RecentContents } from './recent.ts';
import { locksOf, settleTranslations } from './translations.ts';
import { Watches } from './watches.ts';

interface WriteGroupsParts {
  readonly connections: Connections;
  readonly clock: Clock;
  readonly recent: RecentContents;
}

/** What shares its commits with whatever else of its kind is waiting. */
export class WriteGroups {
  readonly recording: GroupCommit<ReceivedRequest, Receipt>;
  readonly translating: GroupCommit<TranslationSettlement, boolean>;
  readonly #lanes = new Map<string, GroupCommit<LaneStep, LaneStepEnd>>();
  readonly #watches = new Watches();
  readonly #connections: Connections;
  readonly #clock: Clock;

  constructor({ connections, clock, recent }: WriteGroupsParts) {
    this.#connections = connections;
    this.#clock = clock;
    this.recording = new GroupCommit({
      commit: async (requests) => {
        const recorded = await connections.write({ purpose: 'receiving' }, (tx) => recordRequests(tx, requests));
        recent.recorded(recorded.written);
        return recorded.receipts;
      },
      atOnce: 2,
      most: 200,
    });
    this.translating = new GroupCommit({
      commit: async (settlements) => {
        const settled = await connections.write({ purpose: 'working', locks: locksOf(settlements) }, (tx) =>
          settleTranslations(tx, settlements),
        );
        recent.queued(settled.written);
        return settled.kept;
      },
      atOnce: 1,
      most: 500,
    });
  }

  /** One group for each destination: a lane whose lock is held elsewhere keeps no other waiting. */
  lane(destination: string): GroupCommit<LaneStep, LaneStepEnd> {
    const known = this.#lanes.get(destination);
    if (known !== undefined) return known;
    const lane = new GroupCommit<LaneStep, LaneStepEnd>({
      commit: (steps) =>
        this.#connections.write({ purpose: 'working', locks: [laneLock(destination)] }, (tx) =>
          takeSteps(tx, { destination, steps, now: this.#clock.now(), watches: this.#watches }),
        ),
      atOnce: 1,
      most: 500,
    });
    this.#lanes.set(destination, lane);
    return lane;
  }

  async drained(): Promise<void> {
    await Promise.all([this.recording, this.translating, ...this.#lanes.values()].map((group) => group.drained()));
  }
}
