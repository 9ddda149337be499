import type { SourceEvent } from '../model/event.ts';
import type { Json } from '../model/json.ts';
import type { Source } from './source.ts';

/** What is known of a body beside itself. */
export interface Carried {
  /** As in the URL's second segment; null where there is none. */
  readonly kind: string | null;
  readonly receivedAt: Date;
}

/**
 * The first usable event in a body that nobody sent: of a fixture, of a file, of an API call. Where the source sends
 * lists, one element of its list may stand alone; `item` is then null, as for any body that is the event.
 */
export function eventInBody(source: Source, body: Json, { kind, receivedAt }: Carried): SourceEvent | undefined {
  const request = { method: 'POST', url: '', kind, headers: {}, receivedAt };
  const parse = (value: Json): SourceEvent | undefined => {
    const parsed = source.parse(value, { ...request, body: Buffer.from(JSON.stringify(value)) });
    return 'events' in parsed ? parsed.events.find(({ unusable }) => unusable === undefined) : undefined;
  };
  const element = Array.isArray(body) ? undefined : parse([body]);
  return element?.item === 0 ? { ...element, item: null } : parse(body);
}
