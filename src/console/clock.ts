import { signal } from '@preact/signals';

/** The browser's time in milliseconds since 1970, ticking so that "3 min ago" stays true; the only place that asks for it. */
export const nowMs = signal(Date.now());

export function tick(): void {
  nowMs.value = Date.now();
}

/** A moment as the API writes it. */
export const timeAt = (ms: number): string => new Date(ms).toISOString();
