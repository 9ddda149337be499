import { useEffect, useRef } from 'preact/hooks';
import { Time } from '../../ui/time.tsx';
import type { EventRows } from './use-events.ts';

interface OlderProps {
  readonly events: EventRows;
  /** What is shown so far. */
  readonly told: string;
}

/** Older ones come by themselves when the end is in sight, and by the button for whoever does not scroll. */
export function Older({ events: { cursor, searchedTo, problem, isLoading, older }, told }: OlderProps) {
  const end = useRef<HTMLDivElement>(null);
  // A bounded search that found little goes on only when asked: it could look through everything by itself. So does what
  // was not answered: it would be asked for without an end.
  const goesOn = cursor !== null && searchedTo === null && problem === undefined;
  useEffect(() => {
    if (!goesOn || end.current === null) return;
    const watching = new IntersectionObserver((seen) => {
      if (seen.some(({ isIntersecting }) => isIntersecting)) void older();
    });
    watching.observe(end.current);
    return () => watching.disconnect();
  }, [goesOn, older]);
  return (
    <div class="older line apart" ref={end}>
      <span class="muted small">
        {told}
        {searchedTo !== null && (
          <>
            {' '}
            · searched back to <Time at={searchedTo} as="absolute" />
          </>
        )}
        {cursor === null && !isLoading && ' · that is all'}
      </span>
      {cursor !== null && (
        <button type="button" class="button slim" onClick={() => void older()}>
          {searchedTo === null ? 'Older' : 'Search further back'}
        </button>
      )}
      {isLoading && <span class="spinner" />}
    </div>
  );
}
