/** What every expression may use; `let:` names, `$item` and `$index`, `$event` and `$config` come on top where they exist. */
const everywhere = ['body', 'headers', 'query', 'vars', 'meta'];

/** The variables of each part of a mapping. */
export interface Scopes {
  /** The entries of `let:`, each of which knows those before it. */
  let(index: number): readonly string[];
  readonly shared: readonly string[];
  readonly event: readonly string[];
  readonly destinations: readonly string[];
}

export function scopesOf(letNames: readonly string[], hasForEach: boolean): Scopes {
  const shared = [...everywhere, ...letNames];
  const event = hasForEach ? [...shared, 'item', 'index'] : shared;
  return {
    let: (index) => [...everywhere, ...letNames.slice(0, index)],
    shared,
    event,
    destinations: [...event, 'event', 'config'],
  };
}
