import type { KeyObject } from 'node:crypto';
import type { z } from 'zod';
import type { RawRequest, SourceEvent, UnusableReason } from '../model/event.ts';
import type { Json } from '../model/json.ts';
import type { SourceApi } from '../model/source-api.ts';

export const refusals = [
  'missing_signature',
  'malformed_signature',
  'ambiguous_signature',
  'bad_signature',
  'stale_timestamp',
] as const;
export type Refusal = (typeof refusals)[number];

export type Verification = { readonly ok: true } | { readonly ok: false; readonly reason: Refusal };

/** Something read from an untrusted header, or why the request is refused; a refusal is already a `Verification`. */
export type Checked<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: Refusal };

/** What a verified body holds: its events, or the reason why it can hold none. */
export type Parsed =
  | { readonly events: readonly SourceEvent[] }
  | { readonly unusable: { readonly reason: UnusableReason; readonly message: string } };

/** A verified body as JSON, or why nothing can be done with it. */
export type ParsedBody =
  | {
      readonly json: Json;
      /** What is kept instead of the body, where that is not JSON itself. */
      readonly stored?: Uint8Array;
    }
  | Extract<Parsed, { unusable: unknown }>;

/** A key that a certificate vouches for. */
export interface Certificate {
  readonly key: KeyObject;
  /** Milliseconds since 1970. */
  readonly validTo: number;
}

/** What is relied on when a certificate is judged: roots in PEM, and the time. */
export interface RootsInForce {
  readonly roots: readonly string[];
  readonly now: Date;
}

/** A sender that signs with a key whose certificate has to be asked for first; whoever asks keeps it. */
export interface CertifiedSender<Settings extends SourceSettings = SourceSettings> {
  /** Where the certificate is that a request names; never anywhere but at the sender itself. */
  certificateUrl(request: RawRequest, settings: Settings): Checked<string>;
  /** Undefined where nobody who is trusted vouches for it. */
  readCertificate(pem: string, settings: Settings, trust: RootsInForce): Certificate | undefined;
  verify(request: RawRequest, settings: Settings, proof: CertificateInForce): Verification;
}

export interface CertificateInForce {
  readonly certificate: Certificate;
  readonly now: Date;
}

/** What may be a question before the first event. */
export interface Asked {
  readonly request: RawRequest;
  readonly body: Json;
  readonly isVerified: boolean;
}

/** What a sender is told that asks before it sends; nothing of it is stored. */
export type HandshakeAnswer =
  | {
      readonly kind: 'answered';
      readonly status: 200 | 204;
      readonly headers: Readonly<Record<string, string>>;
      readonly type: string;
      readonly text: string;
      /** The secret that the sender told with it, for the operator to set; null where it told none. */
      readonly toldSecret: string | null;
    }
  | { readonly kind: 'refused'; readonly reason: Refusal };

/** A body this project ships for `hookstitch send <source>.<sample>`, the demo and the tests. */
export interface Sample {
  readonly name: string;
  /** The kind in the URL, for sources whose bodies name none. */
  readonly kind: string | null;
  /** A fresh body: own ids and `now` as its time, so that sending it twice is two events. */
  readonly body: (fresh: { readonly id: string; readonly now: Date }) => Json;
  /** Headers of the sender's own, such as the one that names the event. */
  readonly headers?: (fresh: { readonly id: string; readonly now: Date }) => Readonly<Record<string, string>>;
}

/** What an expression that says what an event is came to. */
export interface Reading {
  readonly setting: 'event_type' | 'event_id' | 'occurred_at';
  /** Without its `=`. */
  readonly expression: string;
  /** Undefined where it comes to nothing. */
  readonly value: Json | undefined;
}

/** A system that sends us webhooks. Pure: no I/O, no clock, no store. */
export interface Source<Settings extends SourceSettings = SourceSettings> {
  /** Registry key and file name. */
  readonly name: string;
  readonly title: string;
  /** Where the sender documents its signature, for the next reader. */
  readonly docs: string;
  readonly settings: z.ZodType<Settings>;
  /** The signature covers the public URL, so the gateway must be told its own. */
  readonly needsPublicUrl: boolean;
  /** Exact bytes, constant time; every configured secret is tried. */
  verify(request: RawRequest, settings: Settings, now: Date): Verification;
  /**
   * Called only after `verify` said ok, with the body already parsed and known to be at most 64 levels deep; without
   * settings as if all of them were set.
   */
  parse(body: Json, request: RawRequest, settings?: Settings): Parsed;
  /** How expressions, where there are any, tell what `event` is: one of those of `parse`, as a mapping gets it. */
  readings?(event: Json, request: RawRequest): readonly Reading[];
  /** The mirror of `verify`: headers for a request; used by `hookstitch send`, the demo and the tests. */
  sign(
    request: Pick<RawRequest, 'method' | 'url' | 'body'>,
    secret: string,
    now: Date,
  ): Readonly<Record<string, string>>;
  /** The source as an entry of gateway.yaml makes it, where settings say what its events are. */
  bind?(settings: Settings): Source;
  /** How a body becomes JSON, where it is not JSON itself. */
  readBody?(body: Uint8Array): ParsedBody;
  /** The body of a sample as it goes over the wire, and what it is then; JSON where nothing is said. */
  writeBody?(body: Json): { readonly type: string; readonly text: string };
  /** The URL of a sample, where it carries the secret. */
  signUrl?(url: string, secret: string): string;
  /** What the sender asks before it sends; undefined where a request asks nothing. */
  handshake?(asked: Asked, settings: Settings): HandshakeAnswer | undefined;
  /** A request without what would let its reader send another one; absent where nothing of it does. */
  withoutSecrets?(request: RawRequest): RawRequest;
  /** Where `verify` alone can prove nothing. */
  readonly certified?: CertifiedSender<Settings>;
  /** Some senders take a JSON answer for an instruction. */
  readonly answersEmpty?: boolean;
  /** Nothing but the secret URL protects it: whoever learns the URL can send anything. */
  readonly isUnsigned?: boolean;
  /** The sender never sends again what was not taken; others do. */
  readonly sendsOnce?: boolean;
  /** The types the sender is known to send, for suggestions and warnings; others are taken all the same. */
  readonly eventTypes: readonly string[];
  readonly samples: readonly Sample[];
  /** The setting with the token of the sender's API, for lookups; absent where it has none that we ask. */
  readonly apiToken?: string;
  /** How lookups ask that API. */
  api?(settings: Settings): SourceApi;
  /**
   * What to do at the sender, step by step: `<url>` is the public URL of our endpoint, `<local>` its address on this
   * machine, for trying it out.
   */
  readonly setup: readonly string[];
}

/** Where a source's endpoint is. */
export interface Endpoint {
  readonly url: string;
  readonly local: string;
}

/** The steps with the endpoint's addresses filled in. */
export const setupSteps = ({ setup }: Pick<Source, 'setup'>, { url, local }: Endpoint): readonly string[] =>
  setup.map((step) => step.replaceAll('<url>', url).replaceAll('<local>', local));

/** What every source's settings have in common. */
export interface SourceSettings {
  readonly type: string;
  /** All are tried, so that two can be valid while rotating; empty: the source answers 503. */
  readonly secret: readonly string[];
  /** The URL registered with the sender, where a proxy rewrites the path; default: PUBLIC_URL + our own path. */
  readonly public_url?: string | undefined;
}

/** Keeps the settings' type of a source while checking its shape. */
export const defineSource = <S extends SourceSettings>(source: Source<S>): Source<S> => source;

/** A source of gateway.yaml: `POST /in/<name>`. */
export interface ConfiguredSource {
  readonly name: string;
  readonly source: Source;
  readonly settings: SourceSettings;
  /** Why it answers 503, as a sentence for the operator; null when it is on. */
  readonly off: string | null;
  /** Why its API cannot be asked; null when it can, and where there is none. */
  readonly apiOff: string | null;
}
