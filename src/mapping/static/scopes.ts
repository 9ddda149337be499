import type { Json } from '../../model/json.ts';

/** What every expression may use; names of the mapping's own, `$item` and `$index`, `$event` and `$config` come on top. */
const everywhere = ['body', 'headers', 'query', 'vars', 'meta'];

/** The names that a mapping gives. */
export interface MappingNames {
  readonly lets: readonly string[];
  readonly lookups?: readonly string[];
  /** Of `lets` those that need a lookup's answer. */
  readonly behindLookups?: ReadonlySet<string>;
  readonly hasForEach: boolean;
}

/** The variables of each part of a mapping. */
export interface Scopes {
  /** The entries of `let:`, each of which knows those before it. */
  let(index: number): readonly string[];
  /** The arguments of a lookup, which know those before it and what needs none of them. */
  lookup(index: number): readonly string[];
  readonly shared: readonly string[];
  readonly event: readonly string[];
  readonly destinations: readonly string[];
}

export function scopesOf({ lets, lookups = [], behindLookups = new Set(), hasForEach }: MappingNames): Scopes {
  const shared = [...everywhere, ...lookups, ...lets];
  const event = hasForEach ? [...shared, 'item', 'index'] : shared;
  return {
    let: (index) => [...everywhere, ...lookups, ...lets.slice(0, index)],
    lookup: (index) => [...everywhere, ...lets.filter((name) => !behindLookups.has(name)), ...lookups.slice(0, index)],
    shared,
    event,
    destinations: [...event, 'event', 'config'],
  };
}

/** The names under `let:` that need the answer of a lookup, themselves or through one before them. */
export function letsBehindLookups(
  lets: Readonly<Record<string, Json | undefined>>,
  lookups: readonly string[],
): ReadonlySet<string> {
  const behind = new Set(lookups);
  for (const [name, value] of Object.entries(lets)) if (mentionsAny(value, behind)) behind.add(name);
  return new Set([...behind].filter((name) => !lookups.includes(name)));
}

/** Whether one of these variables may be used in it. A name in a text counts too: then something is only done later. */
export function mentionsAny(value: Json | undefined, names: ReadonlySet<string>): boolean {
  const text = JSON.stringify(value ?? null);
  return Array.from(text.matchAll(/\$([A-Za-z_]\w*)/g), ([, name]) => name).some((name) => names.has(name ?? ''));
}
