import type { ConfiguredDestination } from '../destinations/destination.ts';
import type { ClaimedDelivery } from '../model/delivery.ts';

/**
 * Deliveries that share a request: as many as the batch allows, by number and by bytes. Each failure halves the number, so
 * that one payload on which a vendor fails every time ends up alone and does not take others with it.
 */
export function chunksOf(
  deliveries: readonly ClaimedDelivery[],
  { destination, settings }: Pick<ConfiguredDestination, 'destination' | 'settings'>,
): readonly (readonly ClaimedDelivery[])[] {
  const batch = destination.transport === 'http' ? destination.batch : undefined;
  const batchMost = Math.min(settings.batch, batch?.max ?? 1);
  const chunks: ClaimedDelivery[][] = [];
  let [bytes, most] = [0, 0];
  for (const delivery of deliveries) {
    const size = Buffer.byteLength(delivery.payload) + 1;
    const mostWithIt = Math.max(1, Math.floor(batchMost / 2 ** delivery.failures));
    const last = chunks.at(-1);
    if (last === undefined || last.length >= Math.min(most, mostWithIt) || bytes + size > (batch?.maxBytes ?? 0)) {
      chunks.push([delivery]);
      [bytes, most] = [size, mostWithIt];
    } else {
      last.push(delivery);
      [bytes, most] = [bytes + size, Math.min(most, mostWithIt)];
    }
  }
  return chunks;
}
