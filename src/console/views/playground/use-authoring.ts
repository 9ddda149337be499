import { useEffect, useRef } from 'preact/hooks';
import type { ApiPinned } from '../../../api-shapes/playground.ts';
import { api } from '../../api/client.ts';
import { toast, toastProblem } from '../../state/toasts.ts';
import type { OpenText } from './use-mapping-text.ts';
import type { Subject } from './use-preview.ts';

interface AuthoringOrder {
  readonly subject: Subject | undefined;
  readonly source: string | undefined;
  readonly mapping: OpenText;
  readonly open: (file: string) => void;
  /** What the address asks for, once. */
  readonly isAsked: { readonly create: boolean; readonly pin: boolean };
}

/** A mapping made from the event, and a test of it. */
export function useAuthoring(order: AuthoringOrder): { readonly create: () => void; readonly pin: () => void } {
  const newest = useRef(order);
  newest.current = order;
  const done = useRef({ create: false, pin: false });
  const create = (): void => void started(newest.current).catch(toastProblem);
  const pin = (): void => void pinned(newest.current).catch(toastProblem);
  const { isAsked } = order;
  useEffect(() => {
    if (isAsked.create && !done.current.create) {
      done.current.create = true;
      create();
    }
    if (isAsked.pin && !done.current.pin) {
      done.current.pin = true;
      pin();
    }
  }, [isAsked.create, isAsked.pin]);
  return { create, pin };
}

const eventOf = (subject: Subject, source: string | undefined): unknown => {
  if (subject.kind === 'stored') return subject.id;
  return { source: source ?? '', body: subject.body, ...(subject.type === '' ? {} : { type: subject.type }) };
};

async function started({ subject, source, mapping, open }: AuthoringOrder): Promise<void> {
  if (subject === undefined) return;
  const body = { event: eventOf(subject, source) };
  const { file, text } = await api<{ readonly file: string; readonly text: string }>('/drafts', {
    method: 'POST',
    body,
  });
  mapping.start(file, text);
  open(file);
  toast({ tone: 'good', text: `${file} is started from this event. It is saved when you say so` });
}

async function pinned({ subject, source, mapping }: AuthoringOrder): Promise<void> {
  const { opened } = mapping;
  if (subject === undefined || opened === undefined) return;
  const body = { event: eventOf(subject, source), mapping: { file: opened.file, text: opened.text } };
  const { fixture, note, failure, text } = await api<ApiPinned>('/fixtures', { method: 'POST', body });
  if (text !== null) mapping.replace(text);
  if (failure !== null) return toast({ tone: 'bad', text: `Kept as ${fixture}. ${failure}` });
  const told = note ?? 'a test of it stands at the end of the mapping';
  toast({ tone: 'good', text: `Kept as ${fixture}, without personal data; ${told}` });
}
