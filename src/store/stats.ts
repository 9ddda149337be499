import type { Stats } from './store.ts';
import type { StitchTallyRow, TallyRow } from './tally.ts';

/** The counters in the words of the contract. */
export function statsOf(
  tally: readonly TallyRow[],
  stitches: readonly StitchTallyRow[],
  oldestPending: Stats['oldestPending'],
): Stats {
  const events = { received: 0, translated: 0, unmatched: 0, failed: 0 };
  const deliveries = { pending: 0, in_flight: 0, delivered: 0, dead: 0, cancelled: 0 };
  const eventsBySource: Stats['eventsBySource'][number][] = [];
  const deliveriesByDestination: Stats['deliveriesByDestination'][number][] = [];
  for (const row of tally) {
    if (row.kind === 'event') {
      events[row.status] += row.count;
      eventsBySource.push({ source: row.name, status: row.status, count: row.count });
    } else {
      deliveries[row.status] += row.count;
      deliveriesByDestination.push({ destination: row.name, status: row.status, count: row.count });
    }
  }
  const stitching = stitches.map(({ source, origin, count }) => ({ source, from: origin, count }));
  return { events, deliveries, eventsBySource, deliveriesByDestination, stitching, oldestPending };
}
