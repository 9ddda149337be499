import type { JsonObject } from '../../model/json.ts';
import type { MappingDefinition } from '../compile.ts';
import type { EvaluationInput } from '../evaluate.ts';
import type { Run } from '../run.ts';

/** What the gateway and the evaluator's process say to each other; everything survives a structured clone. */

/** All that evaluation depends on besides the event. Holds no secret. */
export interface EvaluatorSetup {
  readonly mappings: readonly MappingDefinition[];
  readonly destinations: readonly {
    readonly name: string;
    readonly type: string;
    readonly settings: JsonObject;
  }[];
  readonly vars: JsonObject;
}

/** An event whose body stays in its request's text, so that a batch of a hundred crosses and is parsed once. */
export interface EventToEvaluate extends Omit<EvaluationInput, 'body'> {
  /** Index into the batch's `bodies`. */
  readonly body: number;
  /** Which element of the body's array; null for the whole body. */
  readonly item: number | null;
}

export type ToEvaluator =
  | { readonly say: 'load'; readonly setup: EvaluatorSetup }
  | {
      readonly say: 'evaluate';
      readonly bodies: readonly string[];
      readonly events: readonly EventToEvaluate[];
      /** Also tell what every expression came to. */
      readonly trace: boolean;
    };

export type FromEvaluator =
  | { readonly say: 'ready' }
  | { readonly say: 'evaluated'; readonly id: string; readonly runs: readonly Run[] };
