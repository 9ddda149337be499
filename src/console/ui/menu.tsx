import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

interface MenuProps {
  /** What the button shows. */
  readonly button: ComponentChildren;
  /** Its name, where it shows only an icon. */
  readonly label?: string;
  readonly look?: string;
  /** Buttons and links; choosing one closes the menu. */
  readonly children: ComponentChildren;
}

/** A button with more to choose from below it; Escape, leaving it and choosing close it. */
export function Menu({ button, label, look = 'button', children }: MenuProps) {
  const [isOpen, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!isOpen) return;
    const items = (): HTMLElement[] => [...(root.current?.querySelectorAll<HTMLElement>('.menu-list > *') ?? [])];
    items()[0]?.focus();
    const outside = (event: Event): void => {
      if (event.target instanceof Node && root.current?.contains(event.target) !== true) setOpen(false);
    };
    const pressed = (event: KeyboardEvent): void => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (event.key === 'Escape') {
        setOpen(false);
        opener.current?.focus();
      } else if (step !== undefined) {
        event.preventDefault();
        const all = items();
        const at = all.findIndex((item) => item.matches(':focus'));
        all[(at + step + all.length) % all.length]?.focus();
      }
    };
    const chosen = (): void => setOpen(false);
    const shown = list.current;
    shown?.addEventListener('click', chosen);
    document.addEventListener('pointerdown', outside);
    document.addEventListener('focusin', outside);
    document.addEventListener('keydown', pressed);
    return () => {
      shown?.removeEventListener('click', chosen);
      document.removeEventListener('pointerdown', outside);
      document.removeEventListener('focusin', outside);
      document.removeEventListener('keydown', pressed);
    };
  }, [isOpen]);
  return (
    <div class="menu" ref={root}>
      <button
        ref={opener}
        type="button"
        class={look}
        aria-expanded={isOpen}
        {...(label === undefined ? {} : { 'aria-label': label, title: label })}
        onClick={() => setOpen(!isOpen)}
      >
        {button}
      </button>
      {isOpen && (
        <div class="menu-list" ref={list}>
          {children}
        </div>
      )}
    </div>
  );
}
