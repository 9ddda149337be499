import { createHash } from 'node:crypto';
import { isbot } from 'isbot';
import { dateFromMs } from '../../model/clock.ts';
import { isJsonObject, type Json, type JsonObject } from '../../model/json.ts';
import {
  type Answer,
  type Call,
  dropped,
  type Fate,
  filled,
  type Judgement,
  readJson,
  received,
  refuse,
  refused,
} from './judgement.ts';
import { type StandIn, serveStandIn } from './stand-in.ts';
import { type DatabaseFault, lookupFault, writeFault } from './umami-database.ts';
import { batchProblems, type ErrorTree, sendProblems } from './umami-schema.ts';

export interface UmamiStandInOptions {
  readonly websiteId: string;
  /** Umami's image brings the GeoLite2 database along (the default); a build without it fails on every public address. */
  readonly geoDatabase?: boolean;
}

/** A stand-in for Umami 3: what its routes, its zod schema and its PostgreSQL columns make of a request. */
export const startUmami = (options: UmamiStandInOptions): Promise<StandIn> =>
  serveStandIn('umami', (call) => judge(call, options));

type UmamiJudge = (call: Call, options: UmamiStandInOptions) => Judgement;

const judge: UmamiJudge = (call, options) => {
  if (call.path === '/api/heartbeat') return { answer: { status: 200, body: { ok: true } }, fates: [] };
  if (call.path === '/api/send/' || call.path === '/api/batch/') {
    return refuse(call, 'redirected', { status: 308, headers: { location: call.path.slice(0, -1) }, body: '' });
  }
  const route = routes[call.path];
  if (route === undefined) return refuse(call, 'not_found', { status: 404, body: '404' });
  if (call.method !== 'POST') return refuse(call, 'method_not_allowed', { status: 405, body: '' });
  return route(call, options);
};

const judgeOne: UmamiJudge = (call, options) => {
  const body = readJson(call.text);
  const { answer, fate } = judgeItem(body, call, options);
  return { answer, fates: [fate] };
};

/** Always 200 once the array is one of objects; what was thrown away counts as processed. */
const judgeBatch: UmamiJudge = (call, options) => {
  const body = readJson(call.text);
  const problems = batchProblems(body);
  if (problems !== undefined) return refuse(call, 'schema', badRequest(problems));
  const items = Array.isArray(body) ? body : [];
  const judged = items.map((item: Json) => judgeItem(item, call, options));
  const errors = judged.flatMap(({ answer }, index) => (answer.status < 400 ? [] : [{ index, response: answer.body }]));
  return {
    answer: {
      status: 200,
      body: {
        size: items.length,
        processed: items.length - errors.length,
        errors: errors.length,
        details: errors,
        cache: batchCache(judged.map(({ answer }) => answer)),
      },
    },
    fates: judged.map(({ fate }) => fate),
  };
};

const routes: Readonly<Record<string, UmamiJudge>> = { '/api/send': judgeOne, '/api/batch': judgeBatch };

/** null where every item failed; left out where bots are all that is left. */
function batchCache(answers: readonly Answer[]): Json | undefined {
  let cache: Json | undefined = null;
  for (const { status, body } of answers) {
    if (status < 400 && isJsonObject(body)) cache ??= body.cache;
  }
  return cache;
}

interface Judged {
  readonly answer: Answer;
  readonly fate: Fate;
}

/** The steps of Umami's send route, in its order. */
function judgeItem(body: Json | undefined, call: Call, options: UmamiStandInOptions): Judged {
  const problems = sendProblems(body);
  if (problems !== undefined) return refuseItem(body ?? call.text, 'schema', badRequest(problems));
  const item = objectOf(body);
  const payload = objectOf(item.payload);
  if (payload.website !== undefined && payload.website !== options.websiteId) {
    return refuseItem(item, 'unknown_website', badRequest({ message: 'Website not found.' }));
  }
  const lookup = lookupFault(payload, call.headers, options.geoDatabase ?? true);
  if (lookup !== undefined) return failItem(item, lookup);
  // A request without a User-Agent passes: isbot finds no bot in nothing.
  if (isbot(filled(payload.userAgent) ?? call.headers['user-agent'])) {
    return { answer: { status: 200, body: { beep: 'boop' } }, fate: dropped(item, 'bot') };
  }
  const fault = writeFault(item.type, payload, call.headers);
  if (fault !== undefined) return failItem(item, fault);
  return { answer: { status: 200, body: sessionOf(payload, call.headers) }, fate: fateOf(item, payload, call.headers) };
}

const objectOf = (value: Json | undefined): JsonObject => (isJsonObject(value) ? value : {});

const badRequest = (details: ErrorTree | { readonly message: string }): Answer => ({
  status: 400,
  body: { error: { message: 'Bad request', code: 'bad-request', status: 400, ...details } },
});

const refuseItem = (body: Json, reason: string, answer: Answer): Judged => ({
  answer,
  fate: refused(body, reason, answer.status),
});

/** Whatever goes wrong behind the schema is a 500, even if a retry can never help. */
const failItem = (body: JsonObject, { errorObject, partlyStored }: DatabaseFault): Judged => ({
  answer: { status: 500, body: { error: { message: 'Server error', code: 'server-error', status: 500, errorObject } } },
  fate: { kind: 'refused', payload: { body, reason: 'database', status: 500, partlyStored } },
});

/** One id is one session for ever; without an id it is the sender's address and User-Agent that make one. */
function sessionOf(payload: JsonObject, headers: Call['headers']): JsonObject {
  const visitor = filled(payload.id) ?? filled(payload.userAgent) ?? headers['user-agent'] ?? '';
  const sessionId = uuidOf(String(payload.website ?? payload.link ?? payload.pixel), visitor);
  return { cache: `stand-in.${sessionId}.unsigned`, sessionId, visitId: uuidOf(sessionId, 'visit') };
}

function uuidOf(...name: readonly string[]): string {
  const hex = createHash('sha1').update(JSON.stringify(name)).digest('hex');
  // RFC 9562, version 5, as the real ids are.
  return hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*$/, '$1-$2-5$3-8$4-$5');
}

/** The last year an honest timestamp in seconds can name; any in milliseconds lands far behind it. */
const lastYear = 9999;

function fateOf(item: JsonObject, payload: JsonObject, headers: Call['headers']): Fate {
  const year = dateFromMs(Number(payload.timestamp ?? 0) * 1000).getUTCFullYear();
  if (!(year <= lastYear)) return dropped(item, 'timestamp_in_milliseconds', `stored in the year ${year}`);
  if (headers['x-umami-cache'] !== undefined) return dropped(item, 'cache_header', 'stored without its session');
  if (item.type === 'identify' && payload.data === undefined) return dropped(item, 'identify_without_data');
  return received(item, { dedupeId: null, person: filled(payload.id) });
}
