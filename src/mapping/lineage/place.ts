/** A place in what an expression can see of an event; indexes of lists are left out, `*` and `**` stand for any keys. */
export interface Place {
  readonly root: Root;
  readonly keys: readonly string[];
}

/** `lookup`: what was found, under the lookup's name. */
export type Root = 'body' | 'headers' | 'query' | 'vars' | 'meta' | 'config' | 'lookup';

/** What is known of a value before there is any event. */
export interface Value {
  /** What it is a copy or a part of: a key asked of it is a key of these. */
  readonly copies: readonly Place[];
  /** What else it is made of. */
  readonly reads: readonly Place[];
  /** Of a block, by key. */
  readonly members?: ReadonlyMap<string, Value>;
}

export const nothing: Value = { copies: [], reads: [] };

/** Each alternative may be one of two others, so a chain of them would double without end. */
const placesMax = 200;

/** Each place once, in the order in which they came. */
function distinct(places: readonly Place[]): readonly Place[] {
  if (places.length < 2) return places;
  const known = new Map(places.map((place) => [JSON.stringify(place), place]));
  return [...known.values()].slice(0, placesMax);
}

/** A value that may be any of these. */
export function anyOf(values: readonly Value[]): Value {
  const [only, ...others] = values.filter((value) => value !== nothing);
  if (only === undefined) return nothing;
  if (others.length === 0) return only;
  return {
    copies: distinct(values.flatMap(({ copies }) => copies)),
    reads: distinct(values.flatMap(({ reads, members }) => [...reads, ...placesIn(members)])),
  };
}

/** Everything that a value comes from. */
export const placesOf = ({ copies, reads, members }: Value): readonly Place[] =>
  distinct([...copies, ...reads, ...placesIn(members)]);

const placesIn = (members: Value['members']): readonly Place[] => [...(members?.values() ?? [])].flatMap(placesOf);

/** A value that is made of others and a copy of none. */
export const madeOf = (values: readonly Value[]): Value => {
  const reads = distinct(values.flatMap(placesOf));
  return reads.length === 0 ? nothing : { copies: [], reads };
};

/** The value, where it depends on others too. */
export const alsoReading = (value: Value, others: readonly Value[]): Value => {
  const more = others.flatMap(placesOf);
  return more.length === 0 ? value : { ...value, reads: distinct([...value.reads, ...more]) };
};

/** What a key of a value is. */
export function memberOf({ copies, reads, members }: Value, key: string): Value {
  const own = members?.get(key);
  if (own !== undefined) return alsoReading(own, [{ copies: [], reads }]);
  return { copies: copies.map(({ root, keys }) => ({ root, keys: [...keys, key] })), reads };
}

/** Whatever may be under any of its keys. */
export const anyMemberOf = (value: Value, key: '*' | '**'): Value =>
  anyOf([memberOf({ ...value, members: new Map() }, key), ...(value.members?.values() ?? [])]);
