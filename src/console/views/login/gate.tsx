import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { Brand } from '../../frame/brand.tsx';

interface GateProps {
  readonly title: string;
  readonly action: string;
  readonly isSending: boolean;
  readonly onSubmit: () => void;
  readonly children: ComponentChildren;
}

/** The form in front of the console. */
export function Gate({ title, action, isSending, onSubmit, children }: GateProps) {
  useEffect(() => {
    document.title = `${title} · hookstitch`;
  }, [title]);
  return (
    <main class="gate">
      <form
        class="panel stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (!isSending) onSubmit();
        }}
      >
        <Brand />
        <h1>{title}</h1>
        {children}
        <button type="submit" class="button main-action" disabled={isSending}>
          {isSending && <span class="spinner" />}
          {action}
        </button>
      </form>
    </main>
  );
}
