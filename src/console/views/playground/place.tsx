import type { Position } from '../../../model/error.ts';

interface PlaceProps {
  readonly at: Pick<Position, 'line' | 'column'>;
  readonly onGoTo: (position: Pick<Position, 'line' | 'column'>) => void;
}

/** A place of the mapping's text; takes the cursor there. */
export function Place({ at, onGoTo }: PlaceProps) {
  return (
    <button
      type="button"
      class="place mono"
      title={`Go to line ${at.line}, column ${at.column}`}
      onClick={() => onGoTo(at)}
    >
      {at.line}:{at.column}
    </button>
  );
}
