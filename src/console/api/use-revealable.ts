import { useState } from 'preact/hooks';
import type { Topic } from './live.ts';
import { type Loaded, useApi } from './use-api.ts';

/** An answer in which the API has masked personal data, and the way to see it as it is. */
export interface Revealable<T> extends Loaded<T> {
  readonly isMasked: boolean;
  readonly isRevealed: boolean;
  /** Reveals, which the gateway writes down, or masks again. */
  readonly turn: () => void;
}

export const revealing = (path: string): string => `${path}${path.includes('?') ? '&' : '?'}reveal=true`;

/** For what is shown beside something that was revealed. */
export const revealedIf = (isRevealed: boolean, path: string): string => (isRevealed ? revealing(path) : path);

/** As `useApi`. What is revealed is not asked for again by itself: each time is written down. */
export function useRevealable<T extends object>(path: string, topics: readonly Topic[] = []): Revealable<T> {
  const [revealed, setRevealed] = useState<string | null>(null);
  const isRevealed = revealed === path;
  const loaded = useApi<T & { readonly masked?: boolean }>(
    isRevealed ? revealing(path) : path,
    isRevealed ? [] : topics,
  );
  return {
    ...loaded,
    isMasked: loaded.data?.masked === true,
    isRevealed,
    turn: () => setRevealed(isRevealed ? null : path),
  };
}
