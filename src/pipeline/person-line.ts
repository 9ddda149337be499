import { byStrength, isSharedByName, toIdentifier } from '../identity/identifier.ts';
import type { Resolution } from '../identity/resolve.ts';
import type { RunItem } from '../mapping/run.ts';
import type { Draft } from '../model/delivery.ts';
import { personKey } from '../model/id.ts';
import type { Identifier } from '../model/identity.ts';

/** Whose line the deliveries of an item stand in, and which lines turn out to be the same person's. */
export function personLine(item: RunItem, resolution: Resolution | undefined): Pick<Draft, 'person' | 'formerly'> {
  const keys = [...new Set(candidates(item, resolution).map(({ kind, value }) => personKey(kind, value)))];
  const [person = null, ...formerly] = keys;
  return { person, formerly };
}

/** The user, then the visitor, then what else points at them and at nobody else. */
function candidates({ event, stitch, identifiers = [] }: RunItem, resolution: Resolution | undefined): Identifier[] {
  const { id, anonymous_id: anonymousId } = event?.user ?? {};
  // A stand-in gives way to the real id as soon as there is one; what it stands for stays.
  const own = stitch?.user_id.from === 'stable_id' ? undefined : id;
  const shared = new Set(resolution?.stitch.shared);
  const pointing = identifiers
    .flatMap(({ kind, value }) => toIdentifier(kind, value) ?? [])
    .filter((identifier) => !isSharedByName(identifier) && !shared.has(identifier.kind))
    .toSorted(byStrength);
  return [
    ...[own, resolution?.userId].flatMap((value) => (value === undefined ? [] : { kind: 'user_id', value })),
    ...[anonymousId, resolution?.anonymousId].flatMap((value) =>
      value === undefined ? [] : { kind: 'anonymous_id', value },
    ),
    ...pointing,
    ...(id === undefined ? [] : [{ kind: 'user_id', value: id }]),
  ];
}
