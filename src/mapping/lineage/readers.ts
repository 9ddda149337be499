import type { MappingDefinition } from '../compile.ts';
import { type Lineage, lineageOf } from './lineage.ts';
import type { Place } from './place.ts';

/** An expression that has to do with a place of the body. */
export interface Reader extends Lineage {
  /** `exact`: it reads just this; `around`: something that this is a part of; `inside`: a part of this. */
  readonly match: Match;
}

export type Match = 'exact' | 'around' | 'inside';

/** A definition never changes, and asking of one place goes through all of them. */
const known = new WeakMap<MappingDefinition, readonly Lineage[]>();

function knownLineage(definition: MappingDefinition): readonly Lineage[] {
  const found = known.get(definition) ?? lineageOf(definition.content);
  known.set(definition, found);
  return found;
}

/** The expressions of a mapping that read this of the body; `keys` leaves the indexes of lists out. */
export function readersOf(definition: MappingDefinition, keys: readonly string[]): readonly Reader[] {
  return knownLineage(definition).flatMap((lineage): readonly Reader[] => {
    const matches = lineage.reads.flatMap((place) => matchOf(place, keys) ?? []);
    const [best] = matches.toSorted((a, b) => order.indexOf(a) - order.indexOf(b));
    return best === undefined ? [] : [{ ...lineage, match: best }];
  });
}

const order: readonly Match[] = ['exact', 'around', 'inside'];

function matchOf({ root, keys: read }: Place, keys: readonly string[]): Match | undefined {
  // The whole body is around everything and says nothing.
  if (root !== 'body' || read.length === 0) return undefined;
  return comparison(read, keys);
}

function comparison(read: readonly string[], keys: readonly string[]): Match | undefined {
  const [first, ...rest] = read;
  if (first === undefined) return keys.length === 0 ? 'exact' : 'around';
  if (keys.length === 0) return 'inside';
  if (first === '**') {
    const tails = keys.map((_, index) => comparison(rest, keys.slice(index)));
    return tails.find((match) => match === 'exact') ?? tails.find((match) => match !== undefined);
  }
  return first === '*' || first === keys[0] ? comparison(rest, keys.slice(1)) : undefined;
}
