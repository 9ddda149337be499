import { useState } from 'preact/hooks';
import { announce } from '../state/announce.ts';
import { toast } from '../state/toasts.ts';
import { Icon } from './icon.tsx';

const shownMs = 1_600;

/** False where the browser refuses, as it does on pages without TLS outside this machine. */
async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // No clipboard without a secure context, so the old way has to do.
    return copyBySelection(text);
  }
}

/** Undefined where it cannot be written out: nesting has no limit, but the browser's own writer has. */
function textOf(text: CopyProps['text']): string | undefined {
  try {
    return typeof text === 'string' ? text : text();
  } catch {
    // A RangeError of JSON.stringify, which says nothing to anybody.
    return undefined;
  }
}

function copyBySelection(text: string): boolean {
  const area = document.createElement('textarea');
  area.value = text;
  area.className = 'unseen';
  (document.querySelector('dialog[open]') ?? document.body).append(area);
  area.select();
  const isCopied = document.execCommand('copy');
  area.remove();
  return isCopied;
}

interface CopyProps {
  readonly text: string | (() => string);
  /** What is copied, as in `Copy URL`. */
  readonly label: string;
  /** Shows the label beside the icon. */
  readonly isLabelled?: boolean;
}

export function Copy({ text, label, isLabelled = false }: CopyProps) {
  const [isCopied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    const wanted = textOf(text);
    if (wanted === undefined || !(await copyText(wanted))) {
      toast({ tone: 'bad', text: 'the browser refused to copy; select the text and copy it by hand' });
      return;
    }
    setCopied(true);
    announce('copied');
    setTimeout(() => setCopied(false), shownMs);
  };
  return (
    <button
      type="button"
      class={`button quiet slim ${isLabelled ? '' : 'square'}`}
      title={label}
      onClick={(event) => {
        event.stopPropagation();
        void copy();
      }}
    >
      <Icon name={isCopied ? 'check' : 'copy'} />
      <span class={isLabelled ? '' : 'unseen'}>{isCopied && isLabelled ? 'Copied' : label}</span>
    </button>
  );
}
