import type { CanonicalEvent } from '../model/canonical-event.ts';
import { isJsonObject, type Json, type JsonObject } from '../model/json.ts';
import type { TemplatePath } from './template.ts';

/** Canonical event → one destination's payload; undefined where the destination has no call for it. */
export type Translate = (event: CanonicalEvent, outgoingId: string) => JsonObject | undefined;

export interface Perturbed {
  readonly event: CanonicalEvent;
  readonly translate: Translate;
}

/** The fields of a canonical event that feed a payload's field. */
export type Feeders = (
  field: TemplatePath,
  /** Fields that the mapping fills but that are not there on this event, as in `['revenue', 'amount']`. */
  missing: readonly TemplatePath[],
) => readonly TemplatePath[];

const ordinaryId = 'outgoing-id';
/** More than this explains nothing: a whole block of a payload comes from nearly everything. */
const feedersMax = 3;

/**
 * Which fields of a canonical event a payload's field comes from. A destination's translation is code, so it is asked:
 * each field in turn is replaced by a marker, and those whose marker shows in the payload's field feed it. Where the
 * payload has no such field, the ones that would make it appear do. Of all fields of a payload it is asked once.
 */
export function feedersIn({ event, translate }: Perturbed): Feeders {
  const whole = translate(event, ordinaryId);
  const payloadWith = (path: TemplatePath): JsonObject | undefined => {
    const changed = marked(event as unknown as Json, path) as unknown as CanonicalEvent;
    // Of the event's id only what it is hashed to reaches a destination.
    return translate(changed, path.join() === 'id' ? 'another-id' : ordinaryId);
  };
  let present: readonly Marked[] | undefined;
  return (field, missing) => {
    const seen = (payload: JsonObject | undefined): string | undefined => JSON.stringify(valueAt(payload, field));
    const before = seen(whole);
    const feeds = ({ payload }: Pick<Marked, 'payload'>): boolean => seen(payload) !== before;
    present ??= leaves(event as unknown as Json)
      .filter((path) => path.join() !== 'type')
      .map((path) => ({ path, payload: payloadWith(path) }));
    const candidates = before === undefined ? missing.filter((path) => feeds({ payload: payloadWith(path) })) : [];
    return [...candidates, ...present.filter(feeds).map(({ path }) => path)].slice(0, feedersMax);
  };
}

/** What comes of an event with a marker in one field. */
interface Marked {
  readonly path: TemplatePath;
  readonly payload: JsonObject | undefined;
}

export function valueAt(value: Json | undefined, path: TemplatePath): Json | undefined {
  return path.reduce<Json | undefined>((inner, key) => {
    if (Array.isArray(inner)) return typeof key === 'number' ? (inner as readonly Json[])[key] : undefined;
    return isJsonObject(inner) && Object.hasOwn(inner, key) ? inner[key] : undefined;
  }, value);
}

function leaves(value: Json, path: TemplatePath = []): readonly TemplatePath[] {
  if (Array.isArray(value) && value.length > 0)
    return value.flatMap((item: Json, index) => leaves(item, [...path, index]));
  if (!isJsonObject(value) || Object.keys(value).length === 0) return [path];
  return Object.entries(value).flatMap(([key, member]) => (member === undefined ? [] : leaves(member, [...path, key])));
}

/** The value with a marker at `path`; blocks on the way are made where there are none. */
function marked(value: Json | undefined, path: TemplatePath, parent = ''): Json {
  const [key, ...rest] = path;
  if (key === undefined) return marker(value, parent);
  const inner = marked(valueAt(value, [key]), rest, String(key));
  if (Array.isArray(value)) return value.map((item: Json, index) => (index === key ? inner : item));
  return { ...(isJsonObject(value) ? value : {}), [key]: inner };
}

/** What a destination takes only in the right form. */
const markers = new Map<string, readonly [Json, Json]>(
  Object.entries({
    amount: [7.07, 9.09],
    timestamp: ['2001-02-03T04:05:06.789Z', '2002-03-04T05:06:07.891Z'],
    created_at: ['2001-02-03T04:05:06.789Z', '2002-03-04T05:06:07.891Z'],
    ip: ['192.0.2.1', '192.0.2.2'],
    url: ['https://marker.invalid/marker?marker=1', 'https://other.invalid/other?other=1'],
    referrer: ['https://marker.invalid/marker?marker=1', 'https://other.invalid/other?other=1'],
  }),
);

/** Something else of the same kind: a translation may look at a sign, a type or a format. */
function marker(value: Json | undefined, key: string): Json {
  if (typeof value === 'number') return value < 0 ? value - 7.07 : value + 7.07;
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'string' && URL.canParse(value)) return 'https://marker.invalid/marker?marker=1';
  const [first, second] = markers.get(key) ?? ['marker', 'another marker'];
  return value === first ? second : first;
}
