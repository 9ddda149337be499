import { effect, signal } from '@preact/signals';
import { store, stored } from './stored.ts';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const isTheme = (text: string | null): text is Theme => themes.some((theme) => theme === text);

const keptTheme = stored('theme');
export const theme = signal<Theme>(isTheme(keptTheme) ? keptTheme : 'system');

/** Whether times are shown as `3 min ago` or as the clock said. */
export const timeStyle = signal<'relative' | 'absolute'>(stored('times') === 'absolute' ? 'absolute' : 'relative');

/** Single keys that do something; they can be in the way of a screen reader or of speech input. */
export const areShortcutsOn = signal(stored('shortcuts') !== 'off');

/** Brings what is preferred onto the page and keeps it for the next visit. */
export function applyPreferences(): void {
  effect(() => {
    const root = document.documentElement;
    if (theme.value === 'system') delete root.dataset.theme;
    else root.dataset.theme = theme.value;
    store('theme', theme.value);
  });
  effect(() => store('times', timeStyle.value));
  effect(() => store('shortcuts', areShortcutsOn.value ? 'on' : 'off'));
}
