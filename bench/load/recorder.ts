import { type Quantiles, quantilesOf } from '../measure/quantiles.ts';
import { monotonicMs } from '../monotonic-ms.ts';

/** Counts what was sent and what came back. */
export class Recorder {
  readonly startedMs = monotonicMs();
  readonly #latenciesMs: number[] = [];
  readonly #statuses = new Map<number, number>();
  #sent = 0;

  get sent(): number {
    return this.#sent;
  }

  /** The number of the next request. */
  begin(): number {
    this.#sent += 1;
    return this.#sent - 1;
  }

  record(status: number, latencyMs: number): void {
    this.#statuses.set(status, (this.#statuses.get(status) ?? 0) + 1);
    this.#latenciesMs.push(latencyMs);
  }

  get statuses(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#statuses);
  }

  get latency(): Quantiles {
    return quantilesOf(this.#latenciesMs);
  }
}
