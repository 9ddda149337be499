import { dateFromMs } from '../../model/clock.ts';
import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import {
  type Call,
  dropped,
  type Fate,
  filled,
  type Judge,
  type Judgement,
  readJson,
  received,
  refuse,
} from './judgement.ts';
import { type StandIn, serveStandIn } from './stand-in.ts';

export interface UsermavenStandInOptions {
  readonly apiKey: string;
  readonly serverToken: string;
}

/**
 * A stand-in for Usermaven's server-to-server endpoint. Usermaven is closed; it speaks the protocol of EventNative, the
 * first Jitsu, whose source answers here. The field checks are those of Usermaven's own webhook guide.
 */
export const startUsermaven = (options: UsermavenStandInOptions): Promise<StandIn> =>
  serveStandIn('usermaven', createJudge(options));

/** EventNative's `server.max_event_size` default. */
const maxEventBytes = 51_200;

function createJudge({ apiKey, serverToken }: UsermavenStandInOptions): Judge {
  const monthOfEvent = new Map<string, string>();
  return (call) => {
    // One public client posts to the path with a trailing slash.
    if (call.method !== 'POST' || !/^\/api\/v1\/s2s\/event\/?$/.test(call.path)) {
      return refuse(call, 'not_found', { status: 404, body: '404 page not found' });
    }
    const token = call.query.get('token') ?? call.headers['x-auth-token'] ?? '';
    if (token === apiKey) {
      return deny(call, "The token isn't a server secret token. Please use an s2s integration token");
    }
    if (token !== `${apiKey}.${serverToken}`) return deny(call, `The token is not found: ${token}`);
    return judgeBody(call, monthOfEvent);
  };
}

const deny = (call: Call, message: string): Judgement =>
  refuse(call, 'unauthorized', { status: 401, body: { message, error: '' } });

const reject = (call: Call, reason: string, message: string): Judgement =>
  refuse(call, reason, { status: 400, body: { message, error: '' } });

function judgeBody(call: Call, monthOfEvent: Map<string, string>): Judgement {
  const unparsable = parseProblem(call.text);
  if (unparsable !== undefined) return reject(call, 'unparsable', `Error parsing events body: ${unparsable}`);
  const events = eventsOf(readJson(call.text));
  for (const event of events) {
    const missing = missingField(event);
    if (missing !== undefined) return reject(call, `missing_${missing}`, `${missing} is required`);
  }
  return { answer: { status: 200, body: { status: 'ok' } }, fates: events.map((event) => fateOf(event, monthOfEvent)) };
}

/** One item that cannot be parsed refuses the whole array: there is no partial answer. */
function parseProblem(text: string): string | undefined {
  if (text === '') return 'empty JSON body';
  const first = text.trimStart().charAt(0);
  if (first !== '{' && first !== '[') return `malformed JSON body begins with: ${JSON.stringify(first)}`;
  const body = readJson(text);
  if (body === undefined || (Array.isArray(body) && !body.every(isJsonObject))) {
    return 'error parsing HTTP body: invalid character';
  }
  const bytes = Buffer.byteLength(text);
  if (!Array.isArray(body)) {
    return bytes > maxEventBytes ? `Event size ${bytes} exceeds limit: ${maxEventBytes}` : undefined;
  }
  return bytes > maxEventBytes * body.length ? `Size of one of events exceeds limit: ${maxEventBytes}` : undefined;
}

const eventsOf = (body: Json | undefined): readonly JsonObject[] =>
  (Array.isArray(body) ? body : [body]).filter(isJsonObject);

const personOf = ({ user }: JsonObject): string | null =>
  isJsonObject(user) ? (filled(user.id) ?? filled(user.anonymous_id)) : null;

function missingField(event: JsonObject): string | undefined {
  if (filled(event.api_key) === null) return 'api_key';
  if (filled(event.event_type) === null) return 'event_type';
  return personOf(event) === null ? 'user' : undefined;
}

/** Rows are replaced by `event_id` within one month of `_timestamp`; without an event_id every copy gets a new one. */
function fateOf(event: JsonObject, monthOfEvent: Map<string, string>): Fate {
  const { _timestamp: timestamp } = event;
  const month = monthOf(timestamp);
  if (typeof timestamp === 'number' && month.startsWith('1970')) {
    return dropped(event, 'timestamp_in_seconds', `stored in ${month}`);
  }
  const dedupeId = filled(event.event_id);
  const earlier = dedupeId === null ? undefined : monthOfEvent.get(dedupeId);
  if (earlier !== undefined && earlier !== month) {
    return dropped(event, 'duplicate_in_another_month', `counted in ${earlier} and in ${month}`);
  }
  if (dedupeId !== null) monthOfEvent.set(dedupeId, month);
  return received(event, { dedupeId, person: personOf(event) });
}

function monthOf(timestamp: Json | undefined): string {
  const date = dateFromMs(typeof timestamp === 'number' ? timestamp : Date.parse(String(timestamp)));
  return Number.isNaN(date.getTime()) ? 'the month of arrival' : date.toISOString().slice(0, 7);
}
