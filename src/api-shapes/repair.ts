import type { Json } from '../model/json.ts';
import type { ReplayStatus } from '../model/replay.ts';

/** Problems, redeliveries and replays as the admin API answers them. */

export interface ApiProblemGroup {
  readonly reason: string;
  readonly cause: string;
  readonly count: number;
  readonly first_at: string;
  readonly last_at: string;
  readonly example: string;
}

export interface ApiProblems {
  readonly deliveries: readonly (ApiProblemGroup & { readonly destination: string })[];
  readonly events: readonly (ApiProblemGroup & { readonly source: string })[];
}

/** What a group of dead deliveries has in common. */
export interface ApiDeadGroupKey {
  readonly destination: string;
  readonly reason: string;
  readonly cause: string;
}

/** What was redelivered or cancelled, or would be. */
export interface ApiMoved {
  readonly deliveries: number;
  readonly destinations: Readonly<Record<string, number>>;
}

/** By what is done with each payload. */
export interface ApiFates {
  readonly new: number;
  readonly again: number;
  readonly left_delivered: number;
  readonly left_under_way: number;
  readonly left_out: number;
}

export interface ApiReplay {
  readonly id: string;
  readonly status: ReplayStatus;
  readonly filter: Readonly<Record<string, string | readonly string[] | ApiDeadGroupKey>>;
  readonly destinations: readonly string[] | null;
  readonly include_delivered: boolean;
  readonly rate: number;
  readonly created_at: string;
  readonly ended_at: string | null;
  readonly events: {
    readonly total: number;
    readonly translated: number;
    readonly unmatched: number;
    readonly failed: number;
    readonly in_line: number;
  };
  readonly payloads: ApiFates;
  readonly joins: number;
}

export interface ApiPlan {
  readonly events: {
    readonly total: number;
    readonly translated: number;
    readonly unmatched: number;
    readonly failed: number;
    readonly delayed: number;
    readonly unusable: number;
  };
  readonly payloads: ApiFates;
  readonly joins: number;
  readonly changed: { readonly again: number; readonly left_delivered: number };
  readonly changes: readonly {
    readonly event_id: string;
    readonly destination: string;
    readonly fate: string;
    readonly changes: readonly { readonly path: string; readonly before?: Json; readonly after?: Json }[];
  }[];
  readonly new: readonly {
    readonly event_id: string;
    readonly destination: string;
    readonly payload: Json;
  }[];
  readonly repeated: readonly {
    readonly destination: string;
    readonly was: string;
    readonly now: string;
    readonly count: number;
  }[];
  readonly failures: readonly { readonly cause: string; readonly count: number; readonly example: string }[];
}
