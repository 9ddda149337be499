import { z } from 'zod';
import type { GetRequest } from '../delivery/send.ts';
import type { Answer } from '../model/attempt.ts';
import type { Json } from '../model/json.ts';
import type { SourceApi } from '../model/source-api.ts';

/** What an answer means. Everything but `found` says why, as a sentence for whoever has to do something about it. */
export type Reading =
  | { readonly kind: 'found'; readonly value: Json }
  /** There is no such thing at the vendor. */
  | { readonly kind: 'missing'; readonly message: string }
  /** Not now; `pause` where the vendor wants to be asked nothing at all for a while. */
  | { readonly kind: 'retry'; readonly message: string; readonly waitMs?: number; readonly pause?: Pause }
  /** Never, until somebody changes something: a token, a scope, the mapping. */
  | { readonly kind: 'fail'; readonly message: string };

export interface Pause {
  readonly ms: number;
  /** Longer with every refusal in a row. */
  readonly grows: boolean;
}

/** Something a mapping may ask a source's API. Builds requests and reads answers; never sends. */
export interface Lookup<Args extends LookupArguments = LookupArguments> {
  /** As mappings write it, `<source type>.<what>`. */
  readonly name: string;
  /** The `type` of the sources whose API it asks. */
  readonly sourceType: string;
  readonly description: string;
  /** What its value looks like, for the documentation. */
  readonly gives: string;
  readonly docs: string;
  /** What its token must be allowed to do. */
  readonly needs: string;
  /** What the expressions in a mapping must come to. Every key is described. */
  readonly args: z.ZodObject & z.ZodType<Args>;
  /** For how long an answer is kept, in milliseconds. */
  readonly keptMs: number;
  /**
   * What it tells of changes with the events that are about it: an answer that was asked for before an event arrived
   * must not be used for that event.
   */
  readonly changesWithEvents: boolean;
  /** Carries the token: built when it is sent, never stored or logged. */
  request(args: Args, api: Pick<SourceApi, 'url' | 'token'>): GetRequest;
  read(answer: Answer, args: Args, now: Date): Reading;
}

export type LookupArguments = Readonly<Record<string, unknown>>;

/** Keeps the arguments' type of a lookup while checking its shape. */
export const defineLookup = <Args extends LookupArguments>(lookup: Lookup<Args>): Lookup => lookup;

/** The id of one thing; as a segment of a URL it can lead nowhere else. */
export const idArgument = z.union([z.string().regex(/^(?!\.+$)[\w.-]{1,255}$/), z.number().int()], {
  error: 'must be an id',
});

/** One name or a list of them; of a list of one JSONata makes the one itself. */
export const namesArgument = z.union([z.array(z.string().min(1)), z.string().min(1)], {
  error: 'must be a list of names',
});

export const listOf = (names: string | readonly string[] | undefined): readonly string[] =>
  names === undefined ? [] : typeof names === 'string' ? [names] : names;
