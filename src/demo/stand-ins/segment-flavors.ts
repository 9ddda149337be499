import type { JsonObject } from '../../model/json.ts';
import { type Answer, type Call, dropped, filled, type Judgement, refuse } from './judgement.ts';
import {
  basicCredentials,
  basicUser,
  bytesOf,
  createDeduplication,
  personOf,
  type Receiver,
  type Route,
  receivedEvent,
} from './segment-receiver.ts';

/** The dialects of the Segment protocol that have a stand-in. */
export type SegmentFlavor = 'segment' | 'rudderstack' | 'signalsmith' | 'jitsu';

const receivers: Readonly<Record<SegmentFlavor, () => Receiver>> = {
  segment: createSegment,
  rudderstack: createRudderStack,
  signalsmith: createSignalSmith,
  jitsu: createJitsu,
};

/** The status of a refusal is documented everywhere, its body seldom: no sender can rely on the words used here. */
export const createReceiver = (flavor: SegmentFlavor): Receiver => receivers[flavor]();

const eventTypes = ['identify', 'track', 'page', 'screen', 'group', 'alias'];

/** `<prefix>/<type>` for one event, any of `batches` for many. */
const routesUnder =
  (prefix: string, types: readonly string[], batches: readonly string[]): Receiver['route'] =>
  (path): Route | undefined => {
    if (batches.includes(path)) return { kind: 'batch' };
    const type = types.find((name) => path === `${prefix}/${name}`);
    return type === undefined ? undefined : { kind: 'single', type };
  };

/** Says yes to everything but size and bad JSON; what it cannot use is gone without a word. */
function createSegment(): Receiver {
  const store = createDeduplication();
  const success: Answer = { status: 200, body: { success: true } };
  const badRequest: Answer = { status: 400, body: { success: false } };
  const judge = (call: Call, items: readonly JsonObject[]): Judgement => {
    if (Buffer.byteLength(call.text) > 500 * 1024 || items.some((item) => bytesOf(item) > 32 * 1024)) {
      return refuse(call, 'too_large', badRequest);
    }
    const isTooMany = items.length > 2500;
    const fates = items.map((item) => {
      const reason = isTooMany ? 'more_than_2500' : segmentProblem(item);
      return reason === undefined ? store(item) : dropped(item, reason);
    });
    return { answer: success, fates };
  };
  return {
    route: routesUnder('/v1', eventTypes, ['/v1/batch']),
    keys: (call, body) => [basicUser(call), body.writeKey],
    wrongKey: success,
    malformed: badRequest,
    single: (call, item) => judge(call, [item]),
    batch: judge,
  };
}

function segmentProblem(item: JsonObject): string | undefined {
  if (!eventTypes.includes(filled(item.type) ?? '')) return 'unknown_type';
  if (personOf(item) === null) return 'no_user_anon_id';
  if (item.type === 'track' && filled(item.event) === null) return 'track_without_event';
  const isIso = typeof item.timestamp === 'string' && /^\d{4}-\d\d-\d\dT/.test(item.timestamp);
  return item.timestamp === undefined || isIso ? undefined : 'timestamp_not_iso';
}

/** Refuses a whole batch for one bad event. */
function createRudderStack(): Receiver {
  const store = createDeduplication();
  const judge = (call: Call, items: readonly JsonObject[]): Judgement => {
    if (Buffer.byteLength(call.text) > 4000 * 1024) {
      return refuse(call, 'too_large', { status: 413, body: 'request size exceeds max limit' });
    }
    if (items.some((item) => personOf(item) === null)) {
      return refuse(call, 'no_user_anon_id', { status: 400, body: 'request neither has anonymousId nor userId' });
    }
    return { answer: { status: 200, body: 'ok' }, fates: items.map(store) };
  };
  return {
    route: routesUnder('/v1', [...eventTypes, 'merge'], ['/v1/batch']),
    keys: (call) => [basicUser(call)],
    wrongKey: { status: 401, body: 'invalid write key' },
    malformed: { status: 400, body: 'invalid json' },
    single: (call, item) => judge(call, [item]),
    batch: judge,
  };
}

/** Its own paths, the type always in the body, and a count of what it took. */
function createSignalSmith(): Receiver {
  const paths: Readonly<Record<string, Route>> = {
    '/api/v1/events': { kind: 'single', type: null },
    '/api/v1/events/batch': { kind: 'batch' },
  };
  const malformed: Answer = { status: 400, body: { error: 'malformed' } };
  return {
    route: (path) => paths[path],
    keys: (call) => [basicUser(call)],
    wrongKey: { status: 401, body: { error: 'unauthorized' } },
    malformed,
    single: (call, item) => {
      const problem = signalSmithProblem(item);
      if (problem !== undefined) return refuse(call, problem.error, { status: problem.status, body: problem });
      return { answer: { status: 200, body: { success: true } }, fates: [receivedEvent(item)] };
    },
    batch: (call, items) => {
      if (items.length > 500) return refuse(call, 'more_than_500', malformed);
      const problems = items.map(signalSmithProblem);
      const errors = problems.flatMap((problem, index) => (problem === undefined ? [] : [{ index, ...problem }]));
      const counts = { received: items.length, accepted: items.length - errors.length, rejected: errors.length };
      return {
        answer: { status: 200, body: { ...counts, errors } },
        fates: items.map((item, index) => {
          const problem = problems[index];
          return problem === undefined ? receivedEvent(item) : dropped(item, problem.error);
        }),
      };
    },
  };
}

function signalSmithProblem(item: JsonObject): { readonly status: number; readonly error: string } | undefined {
  const type = filled(item.type) ?? '';
  if (type === 'alias' || !eventTypes.includes(type)) return { status: 403, error: 'type_not_allowed' };
  const isComplete = personOf(item) !== null && (type !== 'track' || filled(item.event) !== null);
  return isComplete ? undefined : { status: 422, error: 'contract_violated' };
}

/** The ingest service of Jitsu 2: a batch is answered 200 even when none of it was taken. */
function createJitsu(): Receiver {
  const malformed: Answer = { status: 400, body: { ok: false, error: 'error parsing message' } };
  return {
    route: routesUnder('/api/s/s2s', [...eventTypes, 'event'], ['/v1/batch', '/api/s/s2s/batch']),
    keys: (call, body) => [
      call.headers['x-write-key'],
      basicCredentials(call),
      call.query.get('writekey') ?? undefined,
      body.writeKey,
    ],
    wrongKey: { status: 401, body: { ok: false, error: 'stream not found' } },
    malformed,
    single: (call, item) => {
      if (jitsuProblem(item) !== undefined) return refuse(call, 'too_large', malformed);
      return { answer: { status: 200, body: { ok: true } }, fates: [receivedEvent(item)] };
    },
    batch: (_call, items) => {
      const problems = items.map(jitsuProblem);
      const errors = problems.filter((problem) => problem !== undefined);
      const counts = { receivedEvents: items.length, okEvents: items.length - errors.length };
      return {
        answer: {
          status: 200,
          body: { ok: errors.length === 0, ...counts, ...(errors.length === 0 ? {} : { errors }) },
        },
        fates: items.map((item, index) =>
          problems[index] === undefined ? receivedEvent(item) : dropped(item, 'too_large'),
        ),
      };
    },
  };
}

function jitsuProblem(item: JsonObject): string | undefined {
  const id = filled(item.messageId) ?? '';
  if ((filled(item.event)?.length ?? 0) > 128) return `Message ID: ${id}: event name is longer than 128 characters`;
  return bytesOf(item) > 1024 * 1024 ? `Message ID: ${id}: message is larger than 1 MB` : undefined;
}
