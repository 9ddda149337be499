import type { Refusal, Verification } from '../source.ts';

export type { Checked } from '../source.ts';

export const accepted: Verification = { ok: true };

export const refuse = (reason: Refusal): { readonly ok: false; readonly reason: Refusal } => ({ ok: false, reason });
