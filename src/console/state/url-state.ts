import { useCallback } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { readUrlState, type UrlState, urlWith } from './url-text.ts';

/** Filters that live in the address, so that they can be linked, reloaded and gone back from. */
export function useUrlState<K extends string>(
  names: readonly K[],
): readonly [state: UrlState<K>, change: (changes: Partial<Record<K, string>>, replace?: boolean) => void] {
  const { url, route } = useLocation();
  const start = url.indexOf('?');
  const state = readUrlState(start === -1 ? '' : url.slice(start), names);
  const change = useCallback(
    (changes: Partial<Record<K, string>>, replace = false) => {
      const { pathname, search } = location;
      route(urlWith(pathname + search, changes as Record<string, string>), replace);
    },
    [route],
  );
  return [state, change];
}
