import type { Position } from '../../model/error.ts';
import type { EventId } from '../../model/id.ts';
import type { JsonObject } from '../../model/json.ts';
import type { MappingDefinition } from '../compile.ts';
import type { EvaluationInput } from '../evaluation.ts';
import type { MappingText, ReadMapping } from '../load.ts';
import type { EvaluatedRun } from '../run.ts';
import type { KnownNames } from '../static/known-names.ts';

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
  /** Leaves every expression to JSONata's interpreter. */
  readonly interprets?: boolean;
}

/**
 * An event as JSON, which crosses at a fifth of what a structured clone costs; its body stays in its request's text, so
 * that a batch of a hundred crosses and is parsed once.
 */
export interface EventToEvaluate extends Omit<EvaluationInput, 'body' | 'occurredAt' | 'receivedAt'> {
  /** In milliseconds since 1970, as the next one. */
  readonly occurredAt: number;
  readonly receivedAt: number;
  /** Index into the batch's `bodies`. */
  readonly body: number;
  /** Which element of the body's array; null for the whole body. */
  readonly item: number | null;
}

/** A mapping file's text, to be read apart from the gateway. */
export interface TextToRead {
  readonly file: MappingText;
  readonly text: string;
  readonly known: KnownNames;
}

/** What a text came to. */
export interface Reading extends Pick<ReadMapping, 'definition' | 'problems' | 'fixtures'> {
  /** Where each of its tests stands. */
  readonly testsAt: readonly Position[];
}

export interface Batch {
  readonly say: 'evaluate';
  readonly bodies: readonly string[];
  /** JSON of `readonly EventToEvaluate[]`. */
  readonly events: string;
  /** Also tell what every expression came to. */
  readonly trace: boolean;
  /** One answer after the other, each before the next event is begun, so that it is known which one did not end. */
  readonly isOneByOne: boolean;
}

/** Where the process finds its mailbox. */
export const mailboxDescriptor = 4;

export type ToEvaluator =
  | { readonly say: 'load'; readonly setup: EvaluatorSetup }
  | ({ readonly say: 'read' } & TextToRead)
  | Batch
  /** A batch lies in the mailbox, in so many bytes. */
  | { readonly say: 'fetch'; readonly length: number };

/** What the mappings made of one event. */
export interface Answer {
  readonly id: EventId;
  readonly runs: readonly EvaluatedRun[];
}

export type FromEvaluator =
  | { readonly say: 'ready' }
  | { readonly say: 'have_read'; readonly reading: Reading }
  /** JSON of `readonly Answer[]`, in the order of the events. */
  | { readonly say: 'evaluated'; readonly answers: string };
