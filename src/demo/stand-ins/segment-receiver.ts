import type { Json, JsonObject } from '../../model/json.ts';
import { type Answer, type Call, dropped, type Fate, filled, type Judgement, received } from './judgement.ts';

/** How one dialect of the Segment protocol answers. */
export interface Receiver {
  route(path: string): Route | undefined;
  /** Every write key the request offers, in whichever of its places. */
  keys(call: Call, body: JsonObject): readonly (Json | undefined)[];
  /** Below 400: the request is answered like a good one and thrown away. */
  readonly wrongKey: Answer;
  /** The answer to a body that is not JSON, or is no batch where one is due. */
  readonly malformed: Answer;
  single(call: Call, item: JsonObject): Judgement;
  batch(call: Call, items: readonly JsonObject[]): Judgement;
}

/** What a path of a Segment-like receiver takes: one event of a type (null: the body names it), or a batch. */
export type Route = { readonly kind: 'single'; readonly type: string | null } | { readonly kind: 'batch' };

/** user:password of the Basic scheme, decoded. */
export const basicCredentials = ({ headers }: Call): string =>
  Buffer.from(/^Basic (.+)$/i.exec(headers.authorization ?? '')?.[1] ?? '', 'base64').toString('utf8');

/** The user name of the Basic scheme, where Segment and most of the others expect the write key. */
export const basicUser = (call: Call): string => basicCredentials(call).split(':')[0] ?? '';

const idOf = (value: Json | undefined): string | null => (typeof value === 'number' ? String(value) : filled(value));

export const personOf = ({ userId, anonymousId }: JsonObject): string | null => idOf(userId) ?? idOf(anonymousId);

export const receivedEvent = (item: JsonObject): Fate =>
  received(item, { dedupeId: filled(item.messageId), person: personOf(item) });

/** A receiver that remembers the ids it has seen and throws second copies away. */
export function createDeduplication(): (item: JsonObject) => Fate {
  const seen = new Set<string>();
  return (item) => {
    const id = filled(item.messageId);
    if (id !== null && seen.has(id)) return dropped(item, 'duplicate');
    if (id !== null) seen.add(id);
    return receivedEvent(item);
  };
}

export const bytesOf = (value: Json): number => Buffer.byteLength(JSON.stringify(value));
