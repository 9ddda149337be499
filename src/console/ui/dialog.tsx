import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { Icon } from './icon.tsx';

interface DialogProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly isRoomy?: boolean;
  readonly children: ComponentChildren;
}

/** Modal for as long as it is rendered; Escape and a click beside it close it, and the focus goes back where it was. */
export function Dialog({ title, onClose, isRoomy = false, children }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const before = document.activeElement;
    element.current?.showModal();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={element}
      class={`dialog ${isRoomy ? 'roomy' : ''}`}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onMouseDown={(event) => {
        if (event.target === element.current) onClose();
      }}
    >
      <div class="dialog-head">
        <h2 id={id}>{title}</h2>
        <button type="button" class="button quiet slim square" title="Close" onClick={onClose}>
          <Icon name="close" />
          <span class="unseen">Close</span>
        </button>
      </div>
      <div class="dialog-body">{children}</div>
    </dialog>
  );
}

export interface Question {
  readonly title: string;
  readonly text: ComponentChildren;
  /** The verb of what happens then, as in `Forget`. */
  readonly action: string;
  readonly isDangerous?: boolean;
}

const asked = signal<(Question & { readonly answer: (isWanted: boolean) => void }) | null>(null);

/** Asks before something that cannot be taken back. */
export function confirmed(question: Question): Promise<boolean> {
  return new Promise((resolve) => {
    asked.value?.answer(false);
    asked.value = {
      ...question,
      answer: (isWanted) => {
        asked.value = null;
        resolve(isWanted);
      },
    };
  });
}

/** Where `confirmed` asks; once, in the frame. */
export function ConfirmDialog() {
  const question = asked.value;
  if (question === null) return null;
  const { title, text, action, isDangerous = false, answer } = question;
  return (
    <Dialog title={title} onClose={() => answer(false)}>
      <div>{text}</div>
      <div class="dialog-foot">
        <button type="button" class="button" onClick={() => answer(false)}>
          Leave it
        </button>
        <button type="button" class={`button main-action ${isDangerous ? 'danger' : ''}`} onClick={() => answer(true)}>
          {action}
        </button>
      </div>
    </Dialog>
  );
}
