import { useState } from 'preact/hooks';
import { toastProblem } from '../state/toasts.ts';
import { Icon } from './icon.tsx';

interface MaskedProps {
  /** What is shown until it is revealed. */
  readonly masked: string;
  /** What it is, as in `e-mail`. */
  readonly what: string;
  /** Asks the API for it, which writes down that somebody looked. */
  readonly reveal: () => Promise<string>;
}

/** Personal data, or a secret: shown when asked for, and hidden again. */
export function Masked({ masked, what, reveal }: MaskedProps) {
  const [shown, setShown] = useState<string | null>(null);
  const turn = async (): Promise<void> => {
    try {
      setShown(shown === null ? await reveal() : null);
    } catch (error) {
      toastProblem(error);
    }
  };
  const label = shown === null ? `Reveal ${what}` : `Hide ${what}`;
  return (
    <span class="line masked">
      <span class="mono break">{shown ?? masked}</span>
      <button
        type="button"
        class="button quiet slim square"
        title={label}
        aria-pressed={shown !== null}
        onClick={() => void turn()}
      >
        <Icon name="eye" />
        <span class="unseen">{label}</span>
      </button>
    </span>
  );
}
