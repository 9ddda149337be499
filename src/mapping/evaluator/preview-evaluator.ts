import { GatewayError } from '../../model/error.ts';
import type { ClaimedEvent } from '../../model/event.ts';
import type { Facts } from '../facts.ts';
import { defaultEvaluatorLimits, type Evaluation, Evaluator } from './evaluator.ts';
import type { EvaluatorLimits } from './evaluator-process.ts';
import type { EvaluatorSetup } from './protocol.ts';

/** For how long the process waits for another preview, in milliseconds: it holds about 100 MB. */
const idleMsMax = 60_000;
/** Previews that wait for their turn; each may take the time of a start and a whole deadline. */
const waitingMax = 8;

/**
 * Evaluates one setup after the other in a process apart from the gateway's own, so that whatever somebody tries out
 * costs the events under way nothing. A start takes 0.3 s, too long for a playground that asks at every keystroke, and
 * nobody previews most of the time: so the process starts with the first preview and ends some time after the last.
 */
export class PreviewEvaluator {
  readonly #limits: EvaluatorLimits;
  readonly #idleMs: number;
  #evaluator: Evaluator | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #waiting = 0;
  #idle: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(limits: EvaluatorLimits = defaultEvaluatorLimits, idleMs = idleMsMax) {
    this.#limits = limits;
    this.#idleMs = idleMs;
  }

  /** Tells what every expression came to as well. Throws EVALUATOR_UNAVAILABLE. */
  evaluate(setup: EvaluatorSetup, event: ClaimedEvent, facts: Facts = {}): Promise<Evaluation> {
    return this.use(async (evaluator) => {
      await evaluator.reload(setup);
      const evaluations = await evaluator.evaluate([event], { trace: true, facts: new Map([[event.id, facts]]) });
      return evaluations.get(event.id) ?? { kind: 'runs', runs: [] };
    });
  }

  /** The process alone for this work, once it is its turn. Throws EVALUATOR_UNAVAILABLE. */
  async use<T>(work: (evaluator: Evaluator) => Promise<T>): Promise<T> {
    if (this.#waiting >= waitingMax) throw new GatewayError('EVALUATOR_UNAVAILABLE', 'too many previews at once');
    this.#waiting += 1;
    clearTimeout(this.#idle);
    const done = this.#turn.then(() => work(this.#started())).finally(() => this.#done());
    this.#turn = done.catch(() => undefined);
    return await done;
  }

  /** Resolves when the process is gone; there is no other after it. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#idle);
    await this.#end();
  }

  #started(): Evaluator {
    if (this.#stopped) throw new GatewayError('EVALUATOR_UNAVAILABLE', 'the evaluator was stopped');
    this.#evaluator ??= new Evaluator({ mappings: [], destinations: [], vars: {} }, this.#limits);
    return this.#evaluator;
  }

  #done(): void {
    this.#waiting -= 1;
    if (this.#waiting === 0 && !this.#stopped) this.#idle = setTimeout(() => void this.#end(), this.#idleMs).unref();
  }

  async #end(): Promise<void> {
    const evaluator = this.#evaluator;
    this.#evaluator = undefined;
    await evaluator?.stop();
  }
}
