import type { ApiTested } from '../../../api-shapes/playground.ts';
import { api } from '../../api/client.ts';
import { ApiProblem } from '../../api/problem.ts';

export type Refusal =
  | { readonly kind: 'changed'; readonly current: { readonly text: string; readonly hash: string } | null }
  | { readonly kind: 'refused'; readonly tested: ApiTested };

export type SavedMapping = { readonly kind: 'saved'; readonly hash: string; readonly tested: ApiTested } | Refusal;

interface SavedText {
  readonly text: string;
  readonly hash: string | null;
}

/** Saves a text over the one that `hash` is of. What keeps it from being saved is looked up, as the answer of a refusal is not kept. */
export async function saveMapping(file: string, { text, hash }: SavedText): Promise<SavedMapping> {
  const path = `/mappings/${encodeURIComponent(file)}`;
  try {
    const { hash: saved, ...tested } = await api<ApiTested & { readonly hash: string }>(path, {
      ...{ method: 'PUT', body: { text, hash } },
    });
    return { kind: 'saved', hash: saved, tested };
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    if (error.code === 'mapping_refused') {
      return { kind: 'refused', tested: await api<ApiTested>(`${path}/test`, { method: 'POST', body: { text } }) };
    }
    if (error.code === 'mapping_changed') return { kind: 'changed', current: await currentOf(path) };
    throw error;
  }
}

async function currentOf(path: string): Promise<{ readonly text: string; readonly hash: string } | null> {
  try {
    return await api<{ readonly text: string; readonly hash: string }>(path);
  } catch (error) {
    if (error instanceof ApiProblem && error.code === 'mapping_not_found') return null;
    throw error;
  }
}
