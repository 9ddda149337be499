import { timeAt } from '../../clock.ts';

/** How far back, in the words of the filter; what is no window of ours is taken as a time. */
const windows: Readonly<Record<string, number>> = {
  '15m': 900_000,
  '1h': 3_600_000,
  '24h': 86_400_000,
  '7d': 604_800_000,
  '30d': 2_592_000_000,
};

export const sinceOptions: readonly (readonly [value: string, shown: string])[] = [
  ['15m', 'last 15 minutes'],
  ['1h', 'last hour'],
  ['24h', 'last 24 hours'],
  ['7d', 'last 7 days'],
  ['30d', 'last 30 days'],
];

/** The window's start moves in steps, so that a list is not another one with every tick of the clock. */
const steps = 60;

/** Where the window begins, in ISO 8601; empty for all. */
export function sinceOf(since: string, nowMs: number): string {
  const lengthMs = windows[since];
  if (lengthMs === undefined) return since;
  const stepMs = Math.max(60_000, lengthMs / steps);
  return timeAt(Math.floor((nowMs - lengthMs) / stepMs) * stepMs);
}
