import { useEffect, useMemo, useState } from 'preact/hooks';
import type { ApiMappings, MaybeMasked } from '../../../api-shapes/playground.ts';
import type { ApiEvent, ApiEventSummary } from '../../../api-shapes/stored.ts';
import type { Json } from '../../../model/json.ts';
import { pathWith } from '../../api/client.ts';
import { type Loaded, useApi } from '../../api/use-api.ts';
import type { Subject } from './use-preview.ts';

export interface Pasted {
  readonly body: Json;
  readonly type: string;
}

export interface SubjectState {
  readonly subject: Subject | undefined;
  readonly event: Loaded<ApiEvent & MaybeMasked>;
  /** As the mapping sees it; undefined where there is none that it could see. */
  readonly body: Json | undefined;
}

export interface SubjectChoice {
  readonly id: string;
  readonly pasted: Pasted | undefined;
  readonly mapping: ApiMappings['items'][number] | undefined;
  /** Whether personal data is shown as it is, which the gateway writes down. */
  readonly isRevealed: boolean;
}

/** What the mapping is tried on: the event of the address, a pasted body, or the newest event that the mapping is for. */
export function useSubject({ id, pasted, mapping, isRevealed }: SubjectChoice): SubjectState {
  const isOpen = id === '' && pasted === undefined && mapping !== undefined && mapping.source !== null;
  const newest = useApi<{ readonly items: readonly ApiEventSummary[] }>(
    isOpen ? pathWith('/events', { source: mapping.source, limit: 50 }) : null,
  );
  const [found, setFound] = useState('');
  useEffect(() => {
    const fitting = newest.data?.items.find(({ type }) => mapping?.events.some((pattern) => matches(pattern, type)));
    setFound(fitting?.id ?? '');
  }, [newest.data, mapping?.file]);
  const chosen = id !== '' ? id : isOpen ? found : '';
  const path = pathWith(`/events/${encodeURIComponent(chosen)}`, { reveal: isRevealed ? 'true' : null });
  const event = useApi<ApiEvent & MaybeMasked>(pasted === undefined && chosen !== '' ? path : null);
  const body = useMemo(() => (pasted === undefined ? bodyOf(event.data) : pasted.body), [pasted, event.data]);
  const stored = body === undefined ? undefined : event.data?.id;
  const own: Subject | undefined = stored === undefined ? undefined : { kind: 'stored', id: stored, isRevealed };
  return { subject: pasted === undefined ? own : { kind: 'pasted', ...pasted }, event, body };
}

function bodyOf(event: ApiEvent | undefined): Json | undefined {
  if (event === undefined || event.request.body_encoding !== 'utf8') return undefined;
  try {
    const parsed = JSON.parse(event.request.body) as Json;
    const { item } = event.request;
    return item !== null && Array.isArray(parsed) ? (parsed as readonly Json[])[item] : parsed;
  } catch {
    // Kept as a failed event for just this reason.
    return undefined;
  }
}

/** `*` stands for anything. */
export function matches(pattern: string, type: string): boolean {
  const parts = pattern.split('*');
  const [first = ''] = parts;
  const last = parts.at(-1) ?? '';
  if (parts.length === 1) return pattern === type;
  if (!type.startsWith(first) || !type.endsWith(last) || type.length < first.length + last.length) return false;
  let from = first.length;
  return parts.slice(1, -1).every((part) => {
    const at = type.indexOf(part, from);
    from = at + part.length;
    return at !== -1 && from <= type.length - last.length;
  });
}
