/** In which line the deliveries of one transaction stand, before any of them is in the table. */
import type { Draft } from '../../model/delivery.ts';

type Standing = Pick<Draft, 'destination' | 'person' | 'formerly'>;

export interface Rename {
  readonly destination: string;
  readonly formerly: string;
  readonly person: string;
}

/** Whose a draft is in the end, and whether something before it in the same transaction is theirs too. */
export interface Place {
  readonly person: string | null;
  readonly isBehind: boolean;
}

/** What stands under one key: drafts by their places here, and keys whose deliveries in the table are to be moved here. */
interface Line {
  readonly destination: string;
  readonly person: string;
  readonly drafts: number[];
  readonly keys: string[];
}

/**
 * One after the other, each takes over what stood under the former keys of its person: what is in the table, by the
 * renames, and what stands before it here.
 */
export function placesInLines(drafts: readonly Standing[]): {
  readonly places: readonly Place[];
  readonly renames: readonly Rename[];
} {
  const lines = new Map<string, Line>();
  const lineOf = (destination: string, person: string): Line => {
    const key = JSON.stringify([destination, person]);
    const line = lines.get(key) ?? { destination, person, drafts: [], keys: [] };
    lines.set(key, line);
    return line;
  };
  const moved = new Set<string>();
  for (const [index, { destination, person, formerly = [] }] of drafts.entries()) {
    if (person === null) continue;
    const line = lineOf(destination, person);
    for (const key of formerly.filter((former) => former !== person)) {
      const former = lineOf(destination, key);
      line.drafts.push(...former.drafts.splice(0));
      line.keys.push(...former.keys.splice(0));
      // What the table had under this key is somewhere else already when it was moved before.
      const name = JSON.stringify([destination, key]);
      if (!moved.has(name)) line.keys.push(key);
      moved.add(name);
    }
    line.drafts.push(index);
  }
  const places: Place[] = drafts.map(() => ({ person: null, isBehind: false }));
  for (const { person, drafts: of } of lines.values())
    for (const [position, index] of of.toSorted((one, other) => one - other).entries())
      places[index] = { person, isBehind: position > 0 };
  const renames = [...lines.values()].flatMap(({ destination, person, keys }) =>
    keys.filter((key) => key !== person).map((formerly) => ({ destination, formerly, person })),
  );
  return { places, renames };
}
