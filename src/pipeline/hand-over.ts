import type { ClaimedEvent, Receipt, ReceivedRequest } from '../model/event.ts';
import type { WorkerId } from '../model/id.ts';
import type { Store } from '../store/store.ts';

/** What may be handed over and wait to be taken: events, and bytes of the bodies that carry them. */
const placesMax = { events: 400, bytes: 2_000_000 } as const;

interface Size {
  readonly events: number;
  readonly bytes: number;
}

export interface HandOverDependencies {
  readonly store: Pick<Store, 'recordRequest'>;
  readonly worker: WorkerId;
  readonly leaseMs: number;
}

/**
 * Events on their shortest way from the receiver to the translator: claimed in the commit that records them, so that they
 * need not be looked for, claimed in a commit of their own, and read. In the order of those commits; what has no place here
 * waits in line, behind all that has.
 */
export class HandOver {
  readonly #dependencies: HandOverDependencies;
  readonly #waiting: { readonly events: readonly ClaimedEvent[]; readonly size: Size }[] = [];
  /** Waiting, or being recorded. */
  #places: Size = { events: 0, bytes: 0 };
  #isOpen = false;

  constructor(dependencies: HandOverDependencies) {
    this.#dependencies = dependencies;
  }

  /** Somebody takes from here now. */
  open(): void {
    this.#isOpen = true;
  }

  /** Until it is opened again everything waits in line, what is being recorded too. */
  close(): void {
    this.#isOpen = false;
  }

  /** As the store does. */
  async record(request: ReceivedRequest): Promise<Receipt> {
    const { store, worker, leaseMs } = this.#dependencies;
    const size = { events: request.events.length, bytes: request.body.byteLength };
    if (!this.#hasPlaceFor(size)) return store.recordRequest(request);
    this.#occupy(size, 1);
    const isWanted = (): boolean => this.#isOpen;
    let areHere = false;
    const claimed = (events: readonly ClaimedEvent[]): void => {
      areHere = true;
      this.#waiting.push({ events, size });
    };
    try {
      return await store.recordRequest(request, { worker, leaseMs, isWanted, claimed });
    } finally {
      if (!areHere) this.#occupy(size, -1);
    }
  }

  /** The oldest, whole requests of them; more than `most` only where one alone has more. */
  take(most: number): readonly ClaimedEvent[] {
    let events = 0;
    const end = this.#waiting.findIndex(({ size }, index) => {
      events += size.events;
      return index > 0 && events > most;
    });
    const taken = this.#waiting.splice(0, end === -1 ? this.#waiting.length : end);
    for (const { size } of taken) this.#occupy(size, -1);
    return taken.flatMap(({ events }) => events);
  }

  #hasPlaceFor({ events, bytes }: Size): boolean {
    const { events: occupied, bytes: length } = this.#places;
    return occupied + events <= placesMax.events && length + bytes <= placesMax.bytes;
  }

  #occupy({ events, bytes }: Size, sign: 1 | -1): void {
    this.#places = { events: this.#places.events + sign * events, bytes: this.#places.bytes + sign * bytes };
  }
}
