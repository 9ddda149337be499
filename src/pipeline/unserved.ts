import type { Stats } from '../store/store.ts';

/** A destination that nothing is sent to, although something waits for it. */
export interface Unserved {
  readonly destination: string;
  readonly deliveries: number;
  /** Why it is off. */
  readonly off: string;
}

export const notNamed = 'gateway.yaml does not name it';

/** Those that have deliveries which wait for ever, unless their destination comes back. */
export function unservedIn(
  { deliveriesByDestination }: Pick<Stats, 'deliveriesByDestination'>,
  destinations: readonly { readonly name: string; readonly off: string | null }[],
): readonly Unserved[] {
  const waiting = new Map<string, number>();
  for (const { destination, status, count } of deliveriesByDestination)
    if ((status === 'pending' || status === 'in_flight') && count > 0)
      waiting.set(destination, (waiting.get(destination) ?? 0) + count);
  return [...waiting].flatMap(([destination, deliveries]) => {
    const configured = destinations.find(({ name }) => name === destination);
    const off = configured === undefined ? notNamed : configured.off;
    return off === null ? [] : [{ destination, deliveries, off }];
  });
}
