/**
 * What this replica wrote a moment ago and may work on next, each with the digest it was written with. What is claimed is
 * decided by the database alone, which names the digest of what it has: where that is the same, so is the content, whoever
 * else has erased or changed anything meanwhile.
 */
import type { QueuedDelivery } from '../delivery-moves.ts';
import { type NewEvent, type NewRequest, type StoredEvent, toStoredNow } from '../event-moves.ts';
import { lengthMax, Recent, textOf } from '../recent.ts';

/** Other replicas take most of it where there are many: what is left here is let go after so long. */
const keptMs = 10_000;

/** With the digest that it was written with. */
export type Written<Row> = { readonly row: Row; readonly digest: Uint8Array };

export interface WrittenRequest extends Written<NewRequest> {
  readonly headers: StoredEvent['headers'];
  readonly events: readonly Written<NewEvent>[];
}

interface KeptEvent {
  readonly content: StoredEvent;
  readonly digest: Uint8Array;
  readonly requestDigest: Uint8Array;
}

export type WrittenDelivery = { readonly content: QueuedDelivery; readonly digest: Uint8Array };

export class RecentContents {
  readonly events = new Recent<KeptEvent>(lengthMax.events);
  readonly #deliveries = new Map<string, Recent<WrittenDelivery>>();
  #end: NodeJS.Timeout | undefined;

  deliveriesTo(destination: string): Recent<WrittenDelivery> {
    const known = this.#deliveries.get(destination);
    if (known !== undefined) return known;
    const recent = new Recent<WrittenDelivery>(lengthMax.deliveries);
    this.#deliveries.set(destination, recent);
    return recent;
  }

  /** Told after the commit. */
  recorded(requests: readonly WrittenRequest[]): void {
    for (const { row, digest: requestDigest, headers, events } of requests) {
      // What no mapping will see is claimed by nobody.
      const waiting = events.filter((event) => event.row.status === 'received');
      if (waiting.length === 0) continue;
      const { kind, url, body } = row;
      const request = { kind, url, headers, bodyText: textOf(body) };
      const length = (request.bodyText.length + row.headers.length) / waiting.length;
      for (const { row: event, digest } of waiting)
        this.events.keep(event.id, { content: toStoredNow(event, request), digest, requestDigest }, length);
    }
    this.#endLater();
  }

  /** Told after the commit. */
  queued(deliveries: readonly WrittenDelivery[]): void {
    for (const { content, digest } of deliveries)
      this.deliveriesTo(content.destination).keep(content.id, { content, digest }, content.payload.length);
    this.#endLater();
  }

  clear(): void {
    clearTimeout(this.#end);
    this.#end = undefined;
    this.events.clear();
    for (const recent of this.#deliveries.values()) recent.clear();
  }

  #endLater(): void {
    this.#end ??= setTimeout(() => this.clear(), keptMs).unref();
  }
}
