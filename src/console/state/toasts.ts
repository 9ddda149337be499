import { signal } from '@preact/signals';
import { asProblem } from '../api/problem.ts';
import { announce } from './announce.ts';

export interface Toast {
  readonly id: number;
  readonly tone: 'good' | 'bad';
  readonly text: string;
  readonly action?: { readonly label: string; readonly href: string };
}

export const toasts = signal<readonly Toast[]>([]);

const shownMs = 6_000;
let lastId = 0;

/** Says what came of something that was done. What went wrong stays until it is dismissed. */
export function toast(told: Omit<Toast, 'id'>): void {
  lastId += 1;
  const id = lastId;
  toasts.value = [...toasts.value.slice(-3), { ...told, id }];
  announce(told.text);
  if (told.tone === 'good' && told.action === undefined) setTimeout(() => dismiss(id), shownMs);
}

export function dismiss(id: number): void {
  toasts.value = toasts.value.filter((each) => each.id !== id);
}

/** A refusal of the API in its own words. */
export function toastProblem(error: unknown): void {
  const { message, hint } = asProblem(error);
  toast({ tone: 'bad', text: hint === null ? message : `${message}. ${hint}` });
}
