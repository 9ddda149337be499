import type { ApiSource } from '../../../api-shapes/configured.ts';
import type { MarkProps } from '../../ui/status.tsx';

export function sourceMark({ off, last_event_at }: ApiSource): MarkProps {
  if (off !== null) return { tone: 'quiet', icon: '⊘', word: 'off' };
  return last_event_at === null
    ? { tone: 'warn', icon: '…', word: 'no event yet' }
    : { tone: 'good', icon: '✓', word: 'on' };
}

export const refusedOf = ({ refused }: ApiSource): number =>
  Object.values(refused).reduce((sum, count) => sum + count, 0);

const meanings: Readonly<Record<string, string>> = {
  missing_signature: 'the request is not from the sender, or a proxy drops headers',
  malformed_signature: 'a proxy changes headers, or the sender signs in another way',
  ambiguous_signature: 'a proxy repeats or joins headers',
  bad_signature: 'another endpoint’s secret, test and live mode mixed up, or a body changed on the way',
  stale_timestamp: 'this machine’s clock is wrong, or an old request was sent again',
  source_not_configured: 'no secret is set, so the sender was told to come back later',
  body_too_large: 'the body is larger than 1 MiB',
  encoding_unsupported: 'the body was compressed; the sender or a proxy must leave it as it is',
  store_unavailable: 'the store could not take it then; the sender tries again',
  store_unsafe: 'the store is damaged or its disk is full',
};

/** What usually leads to it; the word says it itself where there is no more to say. */
export const refusalMeaning = (reason: string): string =>
  Object.hasOwn(meanings, reason) ? (meanings[reason] ?? '') : '';
