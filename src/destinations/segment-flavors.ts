import type { Answer, Verdict } from '../model/attempt.ts';
import type { CanonicalType } from '../model/canonical-event.ts';
import { isJsonObject, type Json } from '../model/json.ts';
import { advice, answeredObject, vendorText } from './answer.ts';

type Reading = Verdict | readonly Verdict[] | undefined;

/** In what the receivers of Segment's calls differ. */
interface Flavor {
  readonly title: string;
  /** Of a single call; a text where one path takes every type. */
  readonly path: string | ((type: string) => string);
  readonly batchPath: string;
  /** Calls it does not have. */
  readonly refuses: readonly CanonicalType[];
  authorization(writeKey: string): Readonly<Record<string, string>>;
  /** Whether 403 speaks of the write key, as 401 does everywhere, or of this one payload. */
  readonly forbiddenMeansKey: boolean;
  /** Where a 2xx answer may still refuse payloads. */
  readonly readAccepted?: (answer: Answer, payloads: readonly string[]) => Reading;
}

export const flavorNames = ['segment', 'signalsmith', 'rudderstack', 'jitsu'] as const;

const basic = (writeKey: string) => ({ authorization: `Basic ${Buffer.from(`${writeKey}:`).toString('base64')}` });

export const flavors: Readonly<Record<(typeof flavorNames)[number], Flavor>> = {
  segment: {
    title: 'Segment',
    path: (type) => `/v1/${type}`,
    batchPath: '/v1/batch',
    refuses: [],
    authorization: basic,
    forbiddenMeansKey: true,
  },
  signalsmith: {
    title: 'SignalSmith',
    path: '/api/v1/events',
    batchPath: '/api/v1/events/batch',
    refuses: ['alias'],
    authorization: basic,
    forbiddenMeansKey: false,
    readAccepted: readSignalSmith,
  },
  rudderstack: {
    title: 'RudderStack',
    path: (type) => `/v1/${type}`,
    batchPath: '/v1/batch',
    refuses: [],
    authorization: basic,
    forbiddenMeansKey: true,
  },
  jitsu: {
    title: 'Jitsu',
    // The paths without s2s are for browsers and answer 200 even where the key is wrong.
    path: (type) => `/api/s/s2s/${type}`,
    batchPath: '/api/s/s2s/batch',
    refuses: [],
    authorization: (writeKey) => ({ 'x-write-key': writeKey }),
    forbiddenMeansKey: false,
    readAccepted: readJitsu,
  },
};

/** `{received, accepted, rejected, errors: [{index, …}]}` */
function readSignalSmith(answer: Answer, payloads: readonly string[]): Reading {
  const { accepted } = answeredObject(answer) ?? {};
  if (typeof accepted !== 'number') return undefined;
  return tell(answer, payloads, {
    taken: accepted,
    isAbout: (error, index) => isJsonObject(error) && error.index === index,
  });
}

/** `{ok, receivedEvents, okEvents, errors: ["Message ID: m2: …"]}` for a batch, `{ok}` for one event. */
function readJitsu(answer: Answer, payloads: readonly string[]): Reading {
  const { ok, okEvents, deduplicatedEvents } = answeredObject(answer) ?? {};
  if (ok !== false) return undefined;
  const ids = payloads.map(jitsuMessageId);
  return tell(answer, payloads, {
    taken: count(okEvents) + count(deduplicatedEvents),
    isAbout: (error, index) => String(error).startsWith(`Message ID: ${ids[index]}:`),
  });
}

const count = (value: Json | undefined): number => (typeof value === 'number' ? value : 0);

/** Jitsu names a payload by its id, cut to 64 characters and with anything unusual replaced. */
function jitsuMessageId(payload: string): string {
  const parsed: Json = JSON.parse(payload);
  const id = isJsonObject(parsed) ? parsed.messageId : undefined;
  return String(id)
    .slice(0, 64)
    .replace(/[^\w-]/g, '_');
}

interface Tally {
  readonly taken: number;
  isAbout(error: Json, index: number): boolean;
}

/**
 * One verdict per payload where the errors name as many payloads as were refused. Where they do not, all have failed:
 * a dead delivery can be seen, and sending it again is safe because the receiver knows its messageId.
 */
function tell(answer: Answer, payloads: readonly string[], { taken, isAbout }: Tally): Reading {
  const missing = payloads.length - taken;
  if (missing <= 0) return { kind: 'delivered' };
  const body = answeredObject(answer)?.errors;
  const errors: readonly Json[] = Array.isArray(body) ? body : [];
  if (payloads.length === 1) return refused('This event was rejected.', errors[0] ?? vendorText(answer));
  const named = payloads.map((_, index) => errors.find((error) => isAbout(error, index)));
  if (named.filter((error) => error !== undefined).length === missing) {
    return named.map((error) =>
      error === undefined ? { kind: 'delivered' } : refused('This event was rejected.', error),
    );
  }
  return refused(
    `${missing} of ${payloads.length} events were rejected, and the answer does not say which.`,
    answer.body,
  );
}

const refused = (what: string, said: Json): Verdict => ({
  kind: 'fail',
  reason: 'rejected',
  message: advice(what, typeof said === 'string' ? said : JSON.stringify(said)),
});
