import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { areShortcutsOn } from './preferences.ts';

export interface Shortcut {
  /** A single key as in `j` or `?`, or two after each other as in `g e`. */
  readonly keys: string;
  readonly does: string;
  readonly run: () => void;
}

/** Those of the view that is open and of the frame around it; the later ones win. */
export const shortcuts = signal<readonly Shortcut[]>([]);

/** For as long as the view is there. */
export function useShortcuts(wanted: readonly Shortcut[]): void {
  const newest = useRef(wanted);
  newest.current = wanted;
  const named = wanted.map(({ keys, does }) => `${keys}\t${does}`).join('\n');
  useEffect(() => {
    const own =
      named === ''
        ? []
        : named.split('\n').map((line, index): Shortcut => {
            const [keys = '', does = ''] = line.split('\t');
            return { keys, does, run: () => newest.current[index]?.run() };
          });
    shortcuts.value = [...shortcuts.value, ...own];
    return () => {
      shortcuts.value = shortcuts.value.filter((each) => !own.includes(each));
    };
  }, [named]);
}

/** How long the first of two keys waits for the second. */
const pairMs = 1_200;

/** Where typing means text; a dialog has the keyboard for itself. */
function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return false;
  return target.closest('input, textarea, select, [contenteditable], [role="textbox"], dialog[open]') !== null;
}

export function listenForShortcuts(): () => void {
  let first = '';
  let forget: ReturnType<typeof setTimeout> | undefined;
  const pressed = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (!areShortcutsOn.value) return;
    const pair = `${first} ${event.key}`;
    const found =
      shortcuts.value.findLast(({ keys }) => first !== '' && keys === pair) ??
      shortcuts.value.findLast(({ keys }) => keys === event.key);
    clearTimeout(forget);
    first = '';
    if (found !== undefined) {
      event.preventDefault();
      found.run();
    } else if (shortcuts.value.some(({ keys }) => keys.startsWith(`${event.key} `))) {
      first = event.key;
      forget = setTimeout(() => {
        first = '';
      }, pairMs);
    }
  };
  addEventListener('keydown', pressed);
  return () => removeEventListener('keydown', pressed);
}
