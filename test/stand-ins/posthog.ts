import {
  type Call,
  dropped,
  filled,
  type Judgement,
  readJson,
  received,
  refuse,
} from '../../src/demo/stand-ins/judgement.ts';
import { type StandIn, serveStandIn } from '../../src/demo/stand-ins/stand-in.ts';
import { isJsonObject, type JsonObject } from '../../src/model/json.ts';

const uuid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;

/** PostHog's capture API (posthog.com/docs/api/capture): it drops what is over a quota, with a 200. */
export const startPostHog = (apiKey: string): Promise<StandIn> =>
  serveStandIn('posthog', (call): Judgement => {
    const body = readJson(call.text);
    if (call.path !== '/i/v0/e/') return refuse(call, 'path', { status: 404, body: '' });
    if (!isTyped(call) || !isJsonObject(body)) return refuse(call, 'not_json', { status: 400, body: 'cannot parse' });
    if (body.api_key !== apiKey) return refuse(call, 'api_key', { status: 401, body: 'API key is not valid' });
    const problem = problemOf(body);
    if (problem !== undefined) return refuse(call, 'format', { status: 400, body: problem });
    if (body.event === 'Over Quota') {
      const answer = { status: 200, body: { status: 1, quota_limited: ['events'] } };
      return { answer, fates: [dropped(body, 'quota')] };
    }
    const ids = { dedupeId: filled(body.uuid), person: filled(body.distinct_id) };
    return { answer: { status: 200, body: { status: 1 } }, fates: [received(body, ids)] };
  });

function problemOf({ event, distinct_id, uuid: id, timestamp }: JsonObject): string | undefined {
  if (filled(event) === null) return 'event submitted without a name';
  if (filled(distinct_id) === null) return 'event submitted without a distinct_id';
  if (typeof id !== 'string' || !uuid.test(id)) return 'invalid uuid';
  return Number.isNaN(Date.parse(String(timestamp))) ? 'invalid timestamp' : undefined;
}

const isTyped = ({ headers }: Call): boolean => headers['content-type'] === 'application/json';
