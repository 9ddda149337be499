import type { Json } from '../model/json.ts';

/** One value that a mapping writes, and what it came to. */
export interface ApiValue {
  /** As in `event.user.id`; `keys` are its parts. */
  readonly path: string;
  readonly keys: readonly (string | number)[];
  /** The text behind the `=`; null for what is written out. */
  readonly expression: string | null;
  /** Which item of `for_each`; null outside of it. */
  readonly item: number | null;
  readonly result: string;
  /** Null also where there is none. */
  readonly value: Json;
  /** What went wrong, or why the item is skipped. */
  readonly message: string | null;
  /** Why it came to nothing. */
  readonly why: string | null;
}

/** `GET /api/events/:id/values`: what the mappings in force make of an event. */
export interface ApiValues {
  readonly items: readonly {
    readonly mapping: string;
    readonly version: string;
    readonly outcome: 'unmatched' | 'skipped' | 'failed' | 'translated';
    readonly message: string | null;
    readonly fields: readonly ApiValue[];
  }[];
}

/** `GET /api/deliveries/:id/request`: null where the destination is off, gone or the gateway itself. */
export interface ApiShownRequest {
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
  } | null;
}
