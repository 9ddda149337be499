import { z } from 'zod';
import type { Answer, Verdict } from '../model/attempt.ts';
import type { CanonicalEvent, CanonicalUser } from '../model/canonical-event.ts';
import type { JsonObject } from '../model/json.ts';

/** The HTTP request a destination asks us to make. Data, so it can be shown, stored and compared. */
export interface OutboundRequest {
  readonly method: Method;
  /** May carry a secret (Usermaven's token): built at send time, never stored or logged. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text wherever the vendor's API is known; empty where there is none. */
  readonly body: string;
}

export const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
export type Method = (typeof methods)[number];

export interface TranslateContext<Settings> {
  /** Public settings only: the evaluator never holds a secret. */
  readonly settings: Settings;
  /** Goes where the vendor deduplicates (`event_id`, `messageId`). */
  readonly outgoingId: string;
}

/** The payload, or why this destination has no call for such an event. */
export type Translated =
  | {
      readonly payload: JsonObject;
      /** A key that the event could not fill; unless the mapping's `merge:` does, the event is skipped for this reason. */
      readonly lacks?: { readonly key: string; readonly otherwise: string };
    }
  | { readonly skipped: string };

/** What the operator wrote in its place: the payload, once the evaluator has evaluated the expressions in it. */
export interface Templated {
  readonly template: JsonObject;
  /** Keys that stay where a mapping has a payload of its own. */
  readonly frame: readonly string[];
  /** Keys that no mapping changes, and in whose lists every expression has to come to something. */
  readonly fixed: readonly string[];
  /** The payload of what the template came to. */
  assembled(filled: JsonObject): JsonObject;
}

/** One thing wrong with a payload; `path` as in `event_attributes.amount`, empty for the payload as a whole. */
export interface PayloadProblem {
  readonly path: string;
  readonly message: string;
}

/** A system we send to. Translates, checks, builds requests and reads answers; never sends. */
export type Destination<Settings extends CommonSettings = CommonSettings> =
  | HttpDestination<Settings>
  | LocalDestination<Settings>;

type Made = Translated | Templated;

interface DestinationBase<Settings extends CommonSettings, M extends Made> {
  /** Registry key, `type:` in gateway.yaml and file name. */
  readonly name: string;
  readonly title: string;
  readonly docs: string;
  readonly settings: z.ZodType<Settings>;
  /** Settings that never leave the main process, are never shown, and are redacted wherever text is kept. */
  readonly secrets: readonly string[];
  /** Secrets in the form in which they go out, where that cannot be told from the settings one by one. */
  secretForms?(settings: Settings): readonly string[];
  /** Settings that must not be empty for the destination to be on. */
  readonly required: readonly string[];
  /** Those that others make necessary. */
  requiredBy?(settings: Settings): readonly string[];
  /** Settings whose texts may be expressions, as in mappings. */
  readonly templates?: readonly string[];
  /** Those of them whose variables are filled in when a request is made, so that no payload has what they hold. */
  readonly filledWhenSent?: readonly string[];
  /** Settings used by mapping tests, the documentation and dry runs. */
  readonly sample: Settings;
  /** Keys under which null means "remove this" to the vendor; everywhere else null is left out of payloads. */
  readonly keepNullUnder: readonly string[];
  /** Whether an identify with both ids makes the vendor count what an anonymous visitor did as the user's. */
  readonly joins: boolean;
  /** Canonical event → payload, nulls stripped. Gets public settings only. */
  translate(event: CanonicalEvent, context: TranslateContext<Settings>): M;
  /**
   * Everything the vendor would refuse, drop silently or half store; empty when the payload may be sent. `text` is the JSON
   * that would go out, where it is written already.
   */
  check(payload: JsonObject, text?: string): readonly PayloadProblem[];
}

/** A vendor behind an HTTP API. */
export interface HttpDestination<Settings extends CommonSettings = CommonSettings, M extends Made = Made>
  extends DestinationBase<Settings, M> {
  readonly transport: 'http';
  /** How many payloads one request may carry; absent: one. */
  readonly batch?: { readonly max: number; readonly maxBytes: number };
  /** `payloads` are JSON texts, never empty, and at most `batch.max`. */
  request(payloads: readonly string[], settings: Settings): OutboundRequest;
  /**
   * What the vendor's answer to `payloads` means, one verdict per payload in order, or one for all of them. Undefined
   * where the status code alone decides (see delivery/classify.ts).
   */
  read(answer: Answer, payloads: readonly string[], settings: Settings): Verdict | readonly Verdict[] | undefined;
}

/** The gateway itself: every payload is delivered by showing it, and no request is made. */
export interface LocalDestination<Settings extends CommonSettings = CommonSettings, M extends Made = Made>
  extends DestinationBase<Settings, M> {
  readonly transport: 'local';
}

export const payloadsPerRequest = z.int().min(1).max(1_000);

export const batchDefault = (count: number) =>
  payloadsPerRequest.default(count).meta({ description: 'Payloads per request, where the vendor has a batch call.' });

/** Limits and retry policy that every destination takes; units are in the names. */
export const commonSettings = {
  allow_private_address: z
    .boolean()
    .default(false)
    .meta({ description: 'Allow loopback, private and link-local addresses (a self-hosted destination).' }),
  timeout_ms: z
    .int()
    .min(100)
    .max(120_000)
    .default(15_000)
    .meta({ description: 'Total time for one request, connecting and reading included, in milliseconds.' }),
  concurrency: z
    .int()
    .min(1)
    .max(256)
    .default(8)
    .meta({ description: 'Requests under way at once, over all replicas.' }),
  rate: z
    .number()
    .positive()
    .max(100_000)
    .optional()
    .meta({ description: 'Most requests per second, over all replicas; default: no limit.' }),
  batch: batchDefault(1),
  circuit: z
    .strictObject({
      failures: z
        .int()
        .min(1)
        .max(10_000)
        .default(10)
        .meta({ description: 'Failed requests in a row after which nothing is sent for a while.' }),
      wait_ms: z.int().min(1).max(3_600_000).default(30_000).meta({
        description: 'How long until one request finds out whether it works again; doubles with each that fails.',
      }),
      wait_max_ms: z
        .int()
        .min(1)
        .max(86_400_000)
        .default(300_000)
        .meta({ description: 'Longest wait between two such requests, in milliseconds.' }),
    })
    .prefault({})
    .meta({ description: 'When a destination that does not work is left alone.' }),
  ambiguous: z.enum(['retry', 'dead']).default('retry').meta({
    description:
      'What becomes of a payload that was sent without an answer: sent again (the vendor may count it twice) or kept as dead.',
  }),
  retry: z
    .strictObject({
      max_attempts: z
        .int()
        .min(1)
        .max(100)
        .default(12)
        .meta({ description: 'Failed attempts before a delivery is dead.' }),
      base_ms: z
        .int()
        .min(1)
        .max(3_600_000)
        .default(5_000)
        .meta({ description: 'Upper bound of the first delay, in milliseconds; doubles with each attempt.' }),
      cap_ms: z
        .int()
        .min(1)
        .max(86_400_000)
        .default(21_600_000)
        .meta({ description: 'Longest delay between attempts, in milliseconds.' }),
      max_age_hours: z
        .number()
        .positive()
        .max(720)
        .default(72)
        .meta({ description: 'How long after its first failure a delivery that fails again is dead.' }),
    })
    .prefault({})
    .meta({ description: 'When a failed attempt is tried again.' }),
};

export type CommonSettings = z.output<z.ZodObject<typeof commonSettings>> & {
  readonly type: string;
  readonly url?: string | undefined;
  /** What goes into a payload when it is sent, and is never in one that is stored or shown. */
  readonly filledIn?: readonly FilledIn[];
};

/** A text of a template that names variables of the environment, as in `Token ${NAME}`. */
export interface FilledIn {
  /** Where it stands in the payload. */
  readonly path: readonly (string | number)[];
  /** As it is stored and shown. */
  readonly text: string;
  /** As it is sent. */
  readonly value: string;
  /** What its variables hold, each of which an answer may repeat without the text around it. */
  readonly held: readonly string[];
}
export type RetrySettings = CommonSettings['retry'];
export type CircuitSettings = CommonSettings['circuit'];

/**
 * For vendors with one id per person and no anonymous one. Whichever it is, the site has to give the vendor's script the
 * same text, or nothing that a webhook says meets what the browser says.
 */
export const identifyBy = (otherwise: string) =>
  z
    .enum(['user_id', 'anonymous_id'])
    .default('user_id')
    .meta({ description: `The id that your site identifies visitors with: user_id or anonymous_id. ${otherwise}` });

/** The one id to send: what the site identifies by, or else the other. */
export function distinctId({ id, anonymous_id }: CanonicalUser, by: 'user_id' | 'anonymous_id'): string | undefined {
  return by === 'user_id' ? (id ?? anonymous_id) : (anonymous_id ?? id);
}

/**
 * A base URL, kept without its trailing slash; an unset variable arrives as an empty string and means `fallback`. http
 * only makes sense for private addresses but is the operator's choice.
 */
export const baseUrl = (fallback: string) =>
  z
    .string()
    .refine((text) => text === '' || isBaseUrl(text), {
      error: 'must be an http(s) URL without credentials, query or fragment',
    })
    .transform((text) => {
      const url = URL.parse(text);
      return url === null ? fallback : (url.origin + url.pathname).replace(/\/+$/, '');
    })
    .default(fallback);

function isBaseUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol)) return false;
  return [url.username, url.password, url.search, url.hash].every((part) => part === '');
}

/** `secrets` and `required` name settings that exist. */
interface NamesSettings<Settings> {
  readonly secrets: readonly (keyof Settings & string)[];
  readonly required: readonly (keyof Settings & string)[];
  readonly templates?: readonly (keyof Settings & string)[];
  readonly filledWhenSent?: readonly (keyof Settings & string)[];
}

/** Keeps the settings' type of a destination while checking its shape. */
export function defineDestination<S extends CommonSettings, M extends Made>(
  destination: HttpDestination<S, M> & NamesSettings<S>,
): HttpDestination<S, M>;
export function defineDestination<S extends CommonSettings, M extends Made>(
  destination: LocalDestination<S, M> & NamesSettings<S>,
): LocalDestination<S, M>;
export function defineDestination(destination: Destination): Destination {
  return destination;
}

/** A destination of gateway.yaml, under the name that mappings use. */
export interface ConfiguredDestination {
  readonly name: string;
  readonly destination: Destination;
  readonly settings: CommonSettings;
  /** Why mappings skip it, as a sentence for the operator; null when it is on. */
  readonly off: string | null;
  /** What mapping tests go by, where the sample does not say what was written here; independent of any environment. */
  readonly testSettings?: CommonSettings;
}
