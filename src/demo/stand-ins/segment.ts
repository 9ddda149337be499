import { isJsonObject, type JsonObject } from '../../model/json.ts';
import { type Call, dropped, type Judge, type Judgement, readJson, refuse } from './judgement.ts';
import { createReceiver, type SegmentFlavor } from './segment-flavors.ts';
import type { Receiver, Route } from './segment-receiver.ts';
import { type StandIn, serveStandIn } from './stand-in.ts';

export interface SegmentStandInOptions {
  /** For Jitsu the whole `id:secret`. */
  readonly writeKey: string;
  readonly flavor?: SegmentFlavor;
}

/** A stand-in for Segment's HTTP Tracking API, or for one of the receivers that speak its language. */
export const startSegment = ({ writeKey, flavor = 'segment' }: SegmentStandInOptions): Promise<StandIn> =>
  serveStandIn(flavor, createJudge(createReceiver(flavor), writeKey));

const createJudge =
  (receiver: Receiver, writeKey: string): Judge =>
  (call) => {
    const route = call.method === 'POST' ? receiver.route(call.path) : undefined;
    if (route === undefined) return refuse(call, 'not_found', { status: 404, body: 'Not Found' });
    const body = readJson(call.text);
    const items = isJsonObject(body) ? itemsOf(body, route) : undefined;
    if (!isJsonObject(body) || items === undefined) return refuse(call, 'malformed', receiver.malformed);
    if (!receiver.keys(call, body).includes(writeKey)) return judgeWrongKey(call, items, receiver);
    return route.kind === 'batch' ? receiver.batch(call, items) : receiver.single(call, items[0] ?? body);
  };

/** The path's type becomes the item's, as if it had come in a batch. */
function itemsOf(body: JsonObject, route: Route): readonly JsonObject[] | undefined {
  if (route.kind === 'single') return [route.type === null ? body : { type: route.type, ...body }];
  return Array.isArray(body.batch) && body.batch.every(isJsonObject) ? body.batch : undefined;
}

function judgeWrongKey(call: Call, items: readonly JsonObject[], { wrongKey }: Receiver): Judgement {
  if (wrongKey.status >= 400) return refuse(call, 'unauthorized', wrongKey);
  return { answer: wrongKey, fates: items.map((item) => dropped(item, 'unknown_write_key')) };
}
