import { signal } from '@preact/signals';

/** What a screen reader is told without moving anything. */
export const announced = signal('');

export function announce(text: string): void {
  // The same text twice is no change, and nothing would be read.
  announced.value = announced.value === text ? `${text}\u00a0` : text;
}
