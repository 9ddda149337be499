import type { Verdict } from '../../model/attempt.ts';
import type { DeliveryStatus } from '../../model/delivery.ts';
import type { EventStatus } from '../../model/event.ts';

type Tone = 'good' | 'warn' | 'bad' | 'quiet';
type Word = EventStatus | DeliveryStatus | Verdict['kind'];

/** The icons of the command line, and the words of the API: the same everywhere. */
const looks: Readonly<Record<Word, readonly [icon: string, tone: Tone]>> = {
  received: ['…', 'quiet'],
  translated: ['✓', 'good'],
  unmatched: ['?', 'warn'],
  failed: ['✗', 'bad'],
  pending: ['↻', 'warn'],
  in_flight: ['→', 'warn'],
  delivered: ['✓', 'good'],
  dead: ['✗', 'bad'],
  cancelled: ['⊘', 'quiet'],
  retry: ['↻', 'warn'],
  fail: ['✗', 'bad'],
};

const lookOf = (word: string): readonly [icon: string, tone: Tone] =>
  Object.hasOwn(looks, word) ? looks[word as Word] : ['·', 'quiet'];

interface StatusProps {
  /** The word of the API. */
  readonly word: string;
  /** Said before the word, as a destination's name. */
  readonly of?: string;
  readonly title?: string | undefined;
}

/** Icon and word: never by colour alone. */
export function Status({ word, of, title }: StatusProps) {
  const [icon, tone] = lookOf(word);
  return (
    <span class="status" data-tone={tone} title={title}>
      <span aria-hidden="true">{icon}</span>
      <span>{of === undefined ? word : `${of} ${word}`}</span>
    </span>
  );
}

export interface MarkProps {
  readonly tone: Tone;
  readonly icon: string;
  readonly word: string;
}

/** The same look for a word of one view alone. */
export function Mark({ tone, icon, word }: MarkProps) {
  return (
    <span class="status" data-tone={tone}>
      <span aria-hidden="true">{icon}</span>
      <span>{word}</span>
    </span>
  );
}
