import { useId } from 'preact/hooks';
import { duration } from '../../ui/time-text.ts';

interface RateFieldProps {
  readonly rate: number;
  readonly onChange: (rate: number) => void;
  /** What goes out so many in a second. */
  readonly what: string;
  readonly count: number;
}

const rateMax = 10_000;

export function RateField({ rate, onChange, what, count }: RateFieldProps) {
  const id = useId();
  return (
    <div class="field rate-field">
      <label for={id}>At most this many {what} a second</label>
      <div class="line">
        <input
          id={id}
          class="input"
          type="number"
          min={1}
          max={rateMax}
          value={rate}
          onInput={({ currentTarget }) => {
            const wanted = Math.round(currentTarget.valueAsNumber);
            if (wanted >= 1 && wanted <= rateMax) onChange(wanted);
          }}
        />
        <span class="muted small">takes at least {duration((count / rate) * 1_000)}</span>
      </div>
    </div>
  );
}
