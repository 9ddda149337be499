/**
 * What was written a moment ago and will be worked on next, so that it need not be read back, decoded and compared with
 * its digest. What is to be worked on is decided by the database alone; of this only the contents are taken, by their ids.
 */
import type { Settlement } from '../../model/delivery.ts';
import type { QueuedDelivery } from '../delivery-moves.ts';
import { type NewEvent, type NewRequest, type StoredEvent, toStoredNow } from '../event-moves.ts';
import { lengthMax, Recent, textOf } from '../recent.ts';
import type { TranslationSettlement } from '../store.ts';

/** What was written of a request. */
export interface Recorded {
  /** Undefined where all of its events were known. */
  readonly request: NewRequest | undefined;
  readonly events: readonly NewEvent[];
}

/** What is to be translated of a request. */
export interface Waiting {
  readonly events: readonly StoredEvent[];
  /** Of all their long texts together. */
  readonly length: number;
}

/** As whoever claims them reads them; what no mapping will see is claimed by nobody. */
export function waitingOf({ request: row, events }: Recorded, headers: StoredEvent['headers']): Waiting {
  const waiting = events.filter(({ status }) => status === 'received');
  if (row === undefined || waiting.length === 0) return { events: [], length: 0 };
  const { kind, url, body } = row;
  const request = { kind, url, headers, bodyText: textOf(body) };
  const length = request.bodyText.length + row.headers.length;
  return { events: waiting.map((event) => toStoredNow(event, request)), length };
}

export class RecentContents {
  readonly events = new Recent<StoredEvent>(lengthMax.events);
  readonly #deliveries = new Map<string, Recent<QueuedDelivery>>();
  #isSuspended = false;

  deliveriesTo(destination: string): Recent<QueuedDelivery> {
    const known = this.#deliveries.get(destination);
    if (known !== undefined) return known;
    const recent = new Recent<QueuedDelivery>(lengthMax.deliveries);
    this.#deliveries.set(destination, recent);
    return recent;
  }

  /** Told after the commit. */
  recorded({ events, length }: Waiting): void {
    if (this.#isSuspended) return;
    for (const event of events) this.events.keep(event.id, event, length / events.length);
  }

  /**
   * Told after the commit. What was claimed in the very commit that wrote it was kept after it was claimed, and nobody would
   * take it any more.
   */
  translated(settlements: readonly TranslationSettlement[]): void {
    for (const { event } of settlements) this.events.take(event.id);
  }

  /** The same of deliveries. */
  settled(destination: string, settlements: readonly Settlement[]): void {
    const recent = this.deliveriesTo(destination);
    for (const { delivery } of settlements) recent.take(delivery.id);
  }

  /** Told after the commit. */
  queued(deliveries: readonly QueuedDelivery[]): void {
    if (this.#isSuspended) return;
    for (const delivery of deliveries)
      this.deliveriesTo(delivery.destination).keep(delivery.id, delivery, delivery.payload.length);
  }

  /** What is stored changes: nothing is kept, and nothing remembered, until it has. */
  suspend(): void {
    this.#isSuspended = true;
    this.clear();
  }

  resume(): void {
    this.#isSuspended = false;
  }

  clear(): void {
    this.events.clear();
    for (const recent of this.#deliveries.values()) recent.clear();
  }
}
