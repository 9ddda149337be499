import type { Evaluator } from '../mapping/evaluator/evaluator.ts';
import type { ReplayOrder } from '../model/replay.ts';
import { type PlanDependencies, planReplay, type ReplayPlan } from './replay-plan.ts';

export interface PlannerDependencies extends Omit<PlanDependencies, 'evaluator' | 'abandoned'> {
  /** One with the mappings in force: whatever they do to it, the events under way have their own. */
  readonly evaluator: () => Pick<Evaluator, 'evaluate' | 'stop'>;
}

/** Plans replays one after the other, each with an evaluator that lives no longer than the plan. */
export class Planner {
  readonly #dependencies: PlannerDependencies;
  readonly #shutdown = new AbortController();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(dependencies: PlannerDependencies) {
    this.#dependencies = dependencies;
  }

  /** Throws EVALUATOR_UNAVAILABLE, also when it was abandoned, and STORE_UNAVAILABLE. */
  plan(order: ReplayOrder, abandoned: AbortSignal): Promise<ReplayPlan> {
    const planned = this.#turn.then(() => this.#plan(order, AbortSignal.any([abandoned, this.#shutdown.signal])));
    this.#turn = planned.catch(() => undefined);
    return planned;
  }

  /** Resolves when none is under way any more. */
  async stop(): Promise<void> {
    this.#shutdown.abort();
    await this.#turn;
  }

  async #plan(order: ReplayOrder, abandoned: AbortSignal): Promise<ReplayPlan> {
    const evaluator = this.#dependencies.evaluator();
    // A batch of hanging events takes minutes: whoever leaves does not wait for it.
    const leave = (): void => void evaluator.stop();
    abandoned.addEventListener('abort', leave);
    try {
      return await planReplay(order, { ...this.#dependencies, evaluator, abandoned });
    } finally {
      abandoned.removeEventListener('abort', leave);
      await evaluator.stop();
    }
  }
}
