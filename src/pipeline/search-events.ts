import type { EventFilter, Store } from '../store/store.ts';

/** What a text can mean to whoever looks for events, the most exact first. */
export const searchWays = ['event_id', 'delivery_id', 'external_id', 'identifier', 'type', 'text'] as const;
export type SearchWay = (typeof searchWays)[number];

export interface Search {
  readonly filter: Pick<EventFilter, 'ids' | 'identifiers' | 'typePrefix' | 'text'>;
  readonly matchedBy: SearchWay;
}

type Searched = Pick<Store, 'findEvents' | 'findIdentifiers' | 'listEvents'>;

/**
 * How events are found that a text is about: by a name, by whom it points at, by the beginning of a type, and if it is none
 * of these, anywhere in their bodies. `by` allows that one meaning only.
 */
export async function searchFor(text: string, by: SearchWay | undefined, store: Searched): Promise<Search> {
  const mayBe = (way: SearchWay): boolean => by === undefined || by === way;
  if (mayBe('event_id') || mayBe('delivery_id') || mayBe('external_id')) {
    const named = await store.findEvents(text);
    if (named !== undefined && mayBe(named.by)) return { filter: { ids: named.ids }, matchedBy: named.by };
  }
  if (mayBe('identifier')) {
    const identifiers = await store.findIdentifiers(text);
    if (identifiers.length > 0) return { filter: { identifiers }, matchedBy: 'identifier' };
  }
  if (by === 'type' || (by === undefined && (await isTypeOf(text, store))))
    return { filter: { typePrefix: text }, matchedBy: 'type' };
  if (by === undefined || by === 'text') return { filter: { text }, matchedBy: 'text' };
  return { filter: { ids: [] }, matchedBy: by };
}

async function isTypeOf(prefix: string, store: Searched): Promise<boolean> {
  const { items } = await store.listEvents({ typePrefix: prefix }, { limit: 1 });
  return items.length > 0;
}
