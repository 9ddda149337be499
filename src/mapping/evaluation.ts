import type { CommonSettings, Destination } from '../destinations/destination.ts';
import type { Json, JsonObject } from '../model/json.ts';
import type { Facts } from './facts.ts';
import type { Trace } from './trace.ts';

/** A stored event as a mapping sees it. */
export interface EvaluationInput extends Facts {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly kind: string | null;
  readonly externalId: string;
  readonly occurredAt: Date;
  readonly receivedAt: Date;
  readonly headers: Readonly<Record<string, string>>;
  readonly url: string;
  /** The verified, parsed body; one element where the source sends a list. */
  readonly body: Json;
}

/** A destination that is on, with its public settings only. */
export interface EvaluationDestination {
  readonly destination: Pick<Destination, 'translate' | 'keepNullUnder' | 'templates'>;
  readonly settings: CommonSettings;
}

export interface EvaluationContext {
  readonly vars: JsonObject;
  readonly destinations: ReadonlyMap<string, EvaluationDestination>;
  /** Leaves the expressions of destinations to JSONata's interpreter. */
  readonly interprets?: boolean | undefined;
  /** Told what every expression came to; absent in the worker. */
  readonly trace?: Trace | undefined;
}
