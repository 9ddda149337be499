import type { Position } from '../model/error.ts';
import type { Json, JsonObject } from '../model/json.ts';

/** Mappings and what is tried out on them, as the admin API answers it. */

/** An answer with something personal in it that is not shown. */
export interface MaybeMasked {
  readonly masked?: boolean;
}

export type ApiPath = readonly (string | number)[];

export interface ApiProblemAt {
  readonly severity: 'error' | 'warning';
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly at: Position;
}

export interface ApiMappings {
  readonly items: readonly {
    readonly file: string;
    readonly name: string | null;
    readonly status: string;
    readonly version: string | null;
    readonly source: string | null;
    readonly events: readonly string[];
    readonly destinations: readonly string[];
  }[];
  /** Why no file can be changed; null where they can. */
  readonly read_only: string | null;
}

export interface ApiMappingText {
  readonly file: string;
  readonly text: string;
  readonly hash: string;
  readonly read_only: string | null;
}

export interface ApiPlace {
  readonly root: string;
  readonly keys: readonly string[];
}

export interface ApiLineage {
  readonly path: string;
  readonly keys: ApiPath;
  readonly expression: string;
  readonly reads: readonly ApiPlace[];
  readonly uses: readonly ApiPath[];
  readonly at: Position;
  readonly end: Position;
}

export interface ApiField {
  readonly path: string;
  readonly keys: ApiPath;
  readonly expression: string | null;
  readonly item: number | null;
  readonly at: Position;
  readonly result: 'value' | 'nothing' | 'skip' | 'fault' | 'not_evaluated';
  readonly value: Json;
  readonly message: string | null;
  readonly why: string | null;
}

export interface ApiPayloadChange {
  readonly path: string;
  readonly before?: Json;
  readonly after?: Json;
}

export interface ApiPreviewDestination {
  readonly destination: string;
  readonly off: string | null;
  readonly outcome: 'payload' | 'skipped' | 'failed';
  readonly payload: JsonObject | null;
  readonly ok: boolean;
  readonly problems: readonly { readonly path: string; readonly message: string; readonly at: Position }[];
  readonly origins?: readonly { readonly field: ApiPath; readonly from: readonly ApiPath[] }[];
  readonly last: {
    readonly delivery: string;
    readonly status: string;
    readonly created_at: string;
    readonly changes: readonly ApiPayloadChange[];
  } | null;
  readonly message: string | null;
  readonly at: Position | null;
}

export interface ApiReading {
  readonly setting: string;
  readonly expression: string;
  readonly value: Json;
}

export interface ApiPreview extends MaybeMasked {
  readonly outcome: 'invalid' | 'unreadable' | 'unmatched' | 'skipped' | 'failed' | 'translated';
  readonly problems: readonly ApiProblemAt[];
  readonly lineage?: readonly ApiLineage[];
  readonly event: { readonly id: string; readonly source: string; readonly type: string } | null;
  /** What the expressions that tell which event it is came to. */
  readonly readings: readonly ApiReading[];
  readonly message: string | null;
  readonly at: Position | null;
  readonly fields: readonly ApiField[];
  readonly items: readonly {
    readonly event: JsonObject | null;
    readonly destinations: readonly ApiPreviewDestination[];
  }[];
}

export interface ApiTested {
  readonly ok: boolean;
  readonly problems: readonly ApiProblemAt[];
  readonly results: readonly {
    readonly index: number;
    readonly name: string;
    readonly ok: boolean;
    readonly at?: Position;
    readonly duration_ms: number;
    readonly failures: readonly {
      readonly message: string;
      readonly at?: Position;
      readonly from: readonly { readonly path: string; readonly expression: string | null; readonly at?: Position }[];
    }[];
  }[];
  readonly coverage: { readonly expressions: number; readonly produced: number };
}

export interface ApiReaders {
  readonly items: readonly {
    readonly file: string;
    readonly path: string;
    readonly expression: string;
    readonly match: 'exact' | 'around' | 'inside';
  }[];
}

export interface ApiPinned {
  readonly fixture: string;
  readonly is_new: boolean;
  readonly note: string | null;
  readonly failure: string | null;
  /** The mapping's text with the test, where there is one. */
  readonly text: string | null;
}

export interface ApiLanguage {
  readonly schema: JsonObject;
  readonly functions: readonly {
    readonly name: string;
    readonly signature: string | null;
    readonly description: string | null;
  }[];
  readonly lookups: readonly string[];
  readonly sources: readonly { readonly name: string; readonly event_types: readonly string[] }[];
  readonly destinations: readonly { readonly name: string; readonly type: string }[];
  readonly vars: readonly string[];
}
