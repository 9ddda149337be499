import { dateFromMs } from '../model/clock.ts';
import type { Json } from '../model/json.ts';
import { eventInBody } from '../sources/event-in-body.ts';
import type { Sample, Source } from '../sources/source.ts';

/** An event that a source sends, as its fixture holds it. */
export interface SampleEvent {
  readonly body: Json;
  readonly type: string;
  /** The body alone does not tell its type. */
  readonly isTypedElsewhere: boolean;
}

/** The same in every fixture, so that its tests can say what comes of it. */
const fresh = { id: '0123456789abcdef', now: dateFromMs(Date.UTC(2026, 10, 21)) };

/** What the gateway would keep of a sample: of a form its fields, of a list its first event. */
export function sampleEvent(source: Source, sample: Sample): SampleEvent {
  const json = sample.body(fresh);
  const text = source.writeBody?.(json).text ?? JSON.stringify(json);
  const read = source.readBody?.(Buffer.from(text));
  const kept = read !== undefined && 'json' in read ? read.json : json;
  const request = {
    method: 'POST',
    url: `/in/${source.name}`,
    kind: sample.kind,
    headers: lowerCaseNames(sample.headers?.(fresh) ?? {}),
    body: Buffer.from(JSON.stringify(kept)),
    receivedAt: fresh.now,
  };
  const parsed = source.parse(kept, request);
  const [event] = 'events' in parsed ? parsed.events : [];
  const body = Array.isArray(kept) && event?.item != null ? ((kept as readonly Json[])[event.item] ?? kept) : kept;
  const alone = eventInBody(source, body, { kind: null, receivedAt: fresh.now });
  const type = event?.type ?? sample.kind ?? sample.name;
  return { body, type, isTypedElsewhere: alone?.type !== type };
}

/** As they arrive. */
const lowerCaseNames = (headers: Readonly<Record<string, string>>): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), [value]]));
