import type { Json, JsonObject } from '../../model/json.ts';

/** A destination's mind: what it answers to a request, and what it really does with it. */
export type Judge = (call: Call) => Judgement;

/** One request as it arrived, secrets included. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

export interface Judgement {
  readonly answer: Answer;
  readonly fates: readonly Fate[];
}

export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** A string is sent as it is, anything else as JSON. */
  readonly body: Json;
}

/** What becomes of one payload; a request carries one or, as a batch, several. */
export type Fate =
  | { readonly kind: 'received'; readonly payload: Received }
  | { readonly kind: 'dropped'; readonly payload: Dropped }
  | { readonly kind: 'refused'; readonly payload: Refused };

/** A payload the destination stored as it was meant. */
export interface Received {
  readonly body: JsonObject;
  /** What a second copy is recognised by; null where the destination or the payload has no such id. */
  readonly dedupeId: string | null;
  /** Whom it is attributed to; null: the visitor made up from the sender's own address and User-Agent. */
  readonly person: string | null;
}

/** A payload answered with success and yet lost, or stored as something the sender did not mean. */
export interface Dropped {
  readonly body: Json;
  readonly reason: string;
  readonly detail?: string;
}

export interface Refused {
  readonly body: Json;
  readonly reason: string;
  readonly status: number;
  /** Some of it was kept before it failed, so that every retry adds a copy. */
  readonly partlyStored: boolean;
}

export const received = (body: JsonObject, ids: Omit<Received, 'body'>): Fate => ({
  kind: 'received',
  payload: { body, ...ids },
});

export const dropped = (body: Json, reason: string, detail?: string): Fate => ({
  kind: 'dropped',
  payload: { body, reason, ...(detail === undefined ? {} : { detail }) },
});

export const refused = (body: Json, reason: string, status: number): Fate => ({
  kind: 'refused',
  payload: { body, reason, status, partlyStored: false },
});

/** The judgement over a request that is refused as a whole. */
export const refuse = (call: Call, reason: string, answer: Answer): Judgement => ({
  answer,
  fates: [refused(bodyOf(call), reason, answer.status)],
});

/** undefined: not JSON. */
export function readJson(text: string): Json | undefined {
  try {
    return JSON.parse(text);
  } catch {
    // JSON.parse has no other way to say no.
    return undefined;
  }
}

/** The parsed body, or its text where it is not JSON. */
export const bodyOf = (call: Call): Json => readJson(call.text) ?? call.text;

/** A string with something in it, or null. */
export const filled = (value: Json | undefined): string | null =>
  typeof value === 'string' && value !== '' ? value : null;
