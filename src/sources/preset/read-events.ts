import type { PlainExpression } from '../../mapping/plain-expression.ts';
import type { RawRequest, SourceEvent } from '../../model/event.ts';
import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import { momentFromIso, momentFromMs, shortText } from '../body-field.ts';
import { contentHash, externalIdOf } from '../external-id.ts';
import type { Parsed, Reading } from '../source.ts';
import type { PresetFile } from './preset-file.ts';
import { requestBindings, textEvaluator } from './value.ts';

/** What says, for one sender, which events a body holds. */
export type EventSettings = Pick<PresetFile, 'event_type' | 'event_id' | 'occurred_at' | 'batch'>;

/** Events of one request; more are no webhook. */
const eventsMax = 1_000;

type Bindings = Parameters<PlainExpression>[1];

/** The parser of a sender's bodies. What cannot be read of an event has a substitute: nothing genuine is lost. */
export function eventReader(settings: EventSettings): (body: Json, request: RawRequest) => Parsed {
  const read = {
    type: optional(settings.event_type),
    id: optional(settings.event_id),
    time: optional(settings.occurred_at),
  };
  return (body, request) => {
    const bindings = requestBindings(request, body);
    if (settings.batch === false || !Array.isArray(body)) {
      const event = eventOf(read, { value: body, bindings, request });
      return { events: [{ ...event, externalId: event.externalId ?? sameBody(event, request.body), item: null }] };
    }
    if (body.length > eventsMax) return { unusable: tooMany };
    return {
      events: body.map((value: Json, item) => {
        const event = eventOf(read, { value, bindings, request });
        return { ...event, externalId: event.externalId ?? sameBody(event, JSON.stringify(value)), item };
      }),
    };
  };
}

/** What the expressions come to on one event, as it is stored. */
export function eventReadings(settings: EventSettings): (event: Json, request: RawRequest) => readonly Reading[] {
  return (event, request) => {
    const bindings = requestBindings(request, event);
    return (['event_type', 'event_id', 'occurred_at'] as const).flatMap((setting) => {
      const text = settings[setting];
      const isExpression = text?.startsWith('=') === true && !text.startsWith('==');
      return isExpression ? [{ setting, expression: text.slice(1), value: textEvaluator(text)(event, bindings) }] : [];
    });
  };
}

/** Of one type: a sender may tell two things of one object at once, each at a URL of its own. */
const sameBody = ({ type }: Pick<SourceEvent, 'type'>, body: string | Uint8Array): string =>
  contentHash(JSON.stringify([type, contentHash(body)]));

const tooMany = { reason: 'too_many_events', message: `The body holds more than ${eventsMax} events.` } as const;

const optional = (text: string | undefined): PlainExpression | undefined =>
  text === undefined ? undefined : textEvaluator(text);

interface Readers {
  readonly type: PlainExpression | undefined;
  readonly id: PlainExpression | undefined;
  readonly time: PlainExpression | undefined;
}

interface Element {
  readonly value: Json;
  readonly bindings: Bindings;
  readonly request: RawRequest;
}

function eventOf(
  { type, id, time }: Readers,
  { value, bindings, request }: Element,
): Pick<SourceEvent, 'type' | 'occurredAt'> & { readonly externalId: string | undefined } {
  return {
    type: shortText(type?.(value, bindings)) ?? request.kind ?? 'unknown',
    externalId: idOf(id?.(value, bindings)),
    occurredAt: momentOf(time?.(value, bindings)) ?? request.receivedAt,
  };
}

function idOf(value: Json | undefined): string | undefined {
  if (typeof value === 'number') return `${value}`;
  if (Array.isArray(value)) return value.length === 0 ? undefined : externalIdOf(value);
  if (isJsonObject(value)) return externalIdOf([value as JsonObject]);
  // Of a longer text the hash: an index has no room for it.
  return typeof value === 'string' && value !== '' ? (shortText(value) ?? contentHash(value)) : undefined;
}

/** Later, seconds since 1970 count as milliseconds: the year 5138. */
const secondsMax = 100_000_000_000;

function momentOf(value: Json | undefined): Date | undefined {
  const number = typeof value === 'string' && /^\d{1,16}(\.\d{1,9})?$/.test(value) ? Number(value) : value;
  if (typeof number !== 'number') return momentFromIso(value);
  return momentFromMs(Math.round(number < secondsMax ? number * 1000 : number));
}
