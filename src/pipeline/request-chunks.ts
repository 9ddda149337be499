import type { ConfiguredDestination } from '../destinations/destination.ts';
import type { ClaimedDelivery } from '../model/delivery.ts';

/** Deliveries that share a request: as many as the batch allows, by number and by bytes. */
export function chunksOf(
  deliveries: readonly ClaimedDelivery[],
  { destination, settings }: Pick<ConfiguredDestination, 'destination' | 'settings'>,
): readonly (readonly ClaimedDelivery[])[] {
  const batch = destination.transport === 'http' ? destination.batch : undefined;
  const most = Math.min(settings.batch, batch?.max ?? 1);
  const chunks: ClaimedDelivery[][] = [];
  let bytes = 0;
  for (const delivery of deliveries) {
    const size = Buffer.byteLength(delivery.payload) + 1;
    const last = chunks.at(-1);
    if (last === undefined || last.length >= most || bytes + size > (batch?.maxBytes ?? 0)) {
      chunks.push([delivery]);
      bytes = size;
    } else {
      last.push(delivery);
      bytes += size;
    }
  }
  return chunks;
}
