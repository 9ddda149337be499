import type { Refusal, Verification } from '../source.ts';

/** Something read from an untrusted header, or why the request is refused; a refusal is already a `Verification`. */
export type Checked<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: Refusal };

export const accepted: Verification = { ok: true };

export const refuse = (reason: Refusal): { readonly ok: false; readonly reason: Refusal } => ({ ok: false, reason });
