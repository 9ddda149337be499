export type UrlState<K extends string> = Readonly<Record<K, string>>;

/** What the address says under these names; an empty text where it says nothing. Names it does not know are left alone. */
export function readUrlState<K extends string>(search: string, names: readonly K[]): UrlState<K> {
  const parameters = new URLSearchParams(search);
  return Object.fromEntries(names.map((name) => [name, parameters.get(name) ?? ''])) as UrlState<K>;
}

/** The same address with these changes; a parameter without a value is left out. */
export function urlWith(url: string, changes: Readonly<Record<string, string>>): string {
  const start = url.indexOf('?');
  const path = start === -1 ? url : url.slice(0, start);
  const parameters = new URLSearchParams(start === -1 ? '' : url.slice(start));
  for (const [name, value] of Object.entries(changes)) {
    if (value === '') parameters.delete(name);
    else parameters.set(name, value);
  }
  const query = parameters.toString();
  return query === '' ? path : `${path}?${query}`;
}
