import { nowMs } from '../clock.ts';
import { timeStyle } from '../state/preferences.ts';
import { absoluteTime, fullTime, relativeTime } from './time-text.ts';

interface TimeProps {
  /** As the API writes it. */
  readonly at: string;
  /** Overrides what the reader prefers. */
  readonly as?: 'relative' | 'absolute';
}

/** A moment, in the reader's way of reading times; all of it on hover. */
export function Time({ at, as = timeStyle.value }: TimeProps) {
  const ms = Date.parse(at);
  if (Number.isNaN(ms)) return <span>{at}</span>;
  const text = as === 'relative' ? relativeTime(ms, nowMs.value) : absoluteTime(ms, nowMs.value);
  return (
    <time class="nowrap" dateTime={at} title={fullTime(ms)}>
      {text}
    </time>
  );
}
