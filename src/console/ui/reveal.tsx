import type { Revealable } from '../api/use-revealable.ts';
import { Icon } from './icon.tsx';

type RevealProps = Pick<Revealable<unknown>, 'isMasked' | 'isRevealed' | 'turn'>;

/** Above what is masked: that it is, and the way to see it. */
export function Reveal({ isMasked, isRevealed, turn }: RevealProps) {
  if (!isMasked && !isRevealed) return null;
  return (
    <div class="note">
      <Icon name="eye" />
      <span class="grow">
        {isRevealed ? 'Personal data is shown. That you looked is written down.' : 'Personal data is masked.'}
      </span>
      <button type="button" class="button slim" aria-pressed={isRevealed} onClick={turn}>
        {isRevealed ? 'Mask again' : 'Reveal'}
      </button>
    </div>
  );
}
