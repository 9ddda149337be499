import type { SourceEvent } from '../model/event.ts';
import type { Json } from '../model/json.ts';
import type { Parsed, Source } from './source.ts';

/** What is known of a body beside itself. */
export interface Carried {
  /** As in the URL's second segment; null where there is none. */
  readonly kind: string | null;
  readonly receivedAt: Date;
  /** With names in lower case; none where nothing is known of them. */
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * The first usable event in a body that nobody sent: of a fixture, of a file, of an API call. Where the source sends
 * lists, one element of its list may stand alone; `item` is then null, as for any body that is the event.
 */
export function eventInBody(source: Source, body: Json, carried: Carried): SourceEvent | undefined {
  const usable = (value: Json): SourceEvent | undefined =>
    eventsIn(parsed(source, value, carried)).find(({ unusable }) => unusable === undefined);
  const element = Array.isArray(body) ? undefined : usable([body]);
  return element?.item === 0 ? { ...element, item: null } : usable(body);
}

/** Why a body has none, in the source's own words. */
export function whyNoEvent(source: Source, body: Json, carried: Carried): string {
  const found = parsed(source, body, carried);
  const unusable = 'unusable' in found ? found.unusable : eventsIn(found).find((event) => event.unusable)?.unusable;
  return unusable?.message ?? 'It holds no event.';
}

const parsed = (source: Source, body: Json, { kind, receivedAt, headers = {} }: Carried): Parsed => {
  const listed = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
  const request = { method: 'POST', url: '', kind, headers: listed, receivedAt };
  return source.parse(body, { ...request, body: Buffer.from(JSON.stringify(body)) });
};

const eventsIn = (found: Parsed): readonly SourceEvent[] => ('events' in found ? found.events : []);
