import { GatewayError } from '../../model/error.ts';
import type { ClaimedEvent } from '../../model/event.ts';
import type { EventId } from '../../model/id.ts';
import type { Facts } from '../facts.ts';
import type { EvaluatedRun } from '../run.ts';
import { type EvaluatorLimits, EvaluatorProcess, heapMb } from './evaluator-process.ts';
import type { Batch, EvaluatorSetup, EventToEvaluate, Reading, TextToRead } from './protocol.ts';

/** What came of evaluating one event: its runs, or the reason why it can have none. */
export type Evaluation =
  | { readonly kind: 'runs'; readonly runs: readonly EvaluatedRun[] }
  | { readonly kind: 'failed'; readonly reason: 'too_slow' | 'evaluator_died'; readonly message: string };

export interface EvaluateOptions {
  /** Also tell what every expression came to. */
  readonly trace?: boolean;
  /** What is known beyond the events themselves. */
  readonly facts?: ReadonlyMap<EventId, Facts>;
}

export const defaultEvaluatorLimits: EvaluatorLimits = { deadlineMs: 1_000, memoryMb: 128, startMs: 20_000 };

/** Characters of bodies in one batch: a batch of the largest bodies must not be what fills the evaluator's heap. */
const batchLengthMax = 4_000_000;

/**
 * Evaluates mappings in a process that can be killed: neither JSONata's guardrails nor a worker thread contain a
 * regular expression that never ends or a string that eats the heap. Batches are evaluated one after another.
 */
export class Evaluator {
  #setup: EvaluatorSetup;
  readonly #limits: EvaluatorLimits;
  #child: Promise<EvaluatorProcess> | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #stopped = false;

  constructor(setup: EvaluatorSetup, limits: EvaluatorLimits = defaultEvaluatorLimits) {
    this.#setup = setup;
    this.#limits = limits;
  }

  /** Resolves when mappings are loaded; throws EVALUATOR_UNAVAILABLE. */
  async start(): Promise<void> {
    await this.#ready();
  }

  /** Every event gets an answer, in whatever state the others leave the process. Throws EVALUATOR_UNAVAILABLE. */
  evaluate(events: readonly ClaimedEvent[], options: EvaluateOptions = {}): Promise<ReadonlyMap<EventId, Evaluation>> {
    return this.#inTurn(() => this.#evaluateAll(events, options));
  }

  /**
   * From the next batch on `setup` counts; the one under way ends with what it began with. When `setup` cannot be loaded
   * the old one stays. Throws EVALUATOR_UNAVAILABLE.
   */
  reload(setup: EvaluatorSetup): Promise<void> {
    return this.#inTurn(() => this.#replaceSetup(setup));
  }

  /** Reads a text where it can block or break nothing else; undefined when that could not be done. Throws EVALUATOR_UNAVAILABLE. */
  read(text: TextToRead): Promise<Reading | undefined> {
    return this.#inTurn(async () => (await this.#ready()).read(text));
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    // Whoever comes next waits for this one, whatever comes of it.
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #replaceSetup(setup: EvaluatorSetup): Promise<void> {
    if (this.#stopped) throw stoppedFault();
    const running = await this.#child?.catch(() => undefined);
    if (running?.alive === true && running.hasRoomFor(setup)) await running.load(setup);
    else {
      await running?.kill();
      await this.#start(setup);
    }
    this.#setup = setup;
  }

  /** A process that did not start is forgotten, so that the next batch tries again. */
  async #start(setup: EvaluatorSetup): Promise<EvaluatorProcess> {
    const child = EvaluatorProcess.start(setup, this.#limits);
    this.#child = child;
    try {
      return await child;
    } catch (error) {
      this.#child = undefined;
      throw error;
    }
  }

  async #evaluateAll(
    events: readonly ClaimedEvent[],
    options: EvaluateOptions,
  ): Promise<ReadonlyMap<EventId, Evaluation>> {
    const evaluations = new Map<EventId, Evaluation>();
    let rest = events;
    let isOneByOne = events.length === 1;
    while (rest.length > 0) {
      const child = await this.#ready();
      const batch = firstBatch(rest);
      const ended = await child.evaluate(toBatch(batch, { ...options, isOneByOne }), batch.length, ({ id, runs }) =>
        evaluations.set(id, { kind: 'runs', runs }),
      );
      rest = rest.filter(({ id }) => !evaluations.has(id));
      const [culprit, ...others] = rest;
      if (ended === 'done' || culprit === undefined) continue;
      // Whatever was under way when we stopped it is not to blame.
      if (this.#stopped) throw stoppedFault();
      if (isOneByOne) {
        evaluations.set(culprit.id, this.#blame(ended));
        rest = others;
      }
      // Which of those that were not answered it was is found out by asking each for itself.
      isOneByOne = true;
    }
    return evaluations;
  }

  /** Ends the process between two batches; the next one starts another. */
  rest(): Promise<void> {
    return this.#inTurn(async () => {
      const child = await this.#child?.catch(() => undefined);
      this.#child = undefined;
      await child?.kill();
    });
  }

  /** Resolves when the process is gone. */
  async stop(): Promise<void> {
    this.#stopped = true;
    const child = await this.#child?.catch(() => undefined);
    await child?.kill();
  }

  #blame(ended: 'too_slow' | 'died'): Evaluation {
    if (ended === 'too_slow') {
      return {
        kind: 'failed',
        reason: 'too_slow',
        message: `evaluation took longer than ${this.#limits.deadlineMs} ms and was stopped`,
      };
    }
    const message = `evaluation ended its process, most likely by needing more than ${heapMb(this.#setup, this.#limits)} MB`;
    return { kind: 'failed', reason: 'evaluator_died', message };
  }

  async #ready(): Promise<EvaluatorProcess> {
    if (this.#stopped) throw stoppedFault();
    const child = await (this.#child ?? this.#start(this.#setup));
    if (child.alive) return child;
    // It was killed, by us for being slow or by the system between two batches: the next event gets a new one.
    this.#child = undefined;
    return this.#ready();
  }
}

const stoppedFault = (): GatewayError => new GatewayError('EVALUATOR_UNAVAILABLE', 'the evaluator was stopped');

/** As many events from the front as their bodies leave the evaluator's memory to its work; at least one. */
function firstBatch(events: readonly ClaimedEvent[]): readonly ClaimedEvent[] {
  let length = 0;
  let previous: string | undefined;
  const end = events.findIndex(({ bodyText }, index) => {
    if (bodyText !== previous) length += bodyText.length;
    previous = bodyText;
    return index > 0 && length > batchLengthMax;
  });
  return end === -1 ? events : events.slice(0, end);
}

function toBatch(
  events: readonly ClaimedEvent[],
  { trace = false, facts, isOneByOne }: EvaluateOptions & Pick<Batch, 'isOneByOne'>,
): Batch {
  // Events of one request follow each other. Not a map: it would hash every body.
  const bodies: string[] = [];
  const wire = events.map((event): EventToEvaluate => {
    if (event.bodyText !== bodies.at(-1)) bodies.push(event.bodyText);
    const { id, source, type, kind, externalId, headers, url, item } = event;
    const times = { occurredAt: event.occurredAt.getTime(), receivedAt: event.receivedAt.getTime() };
    const body = bodies.length - 1;
    return { id, source, type, kind, externalId, ...times, headers, url, item, body, ...facts?.get(id) };
  });
  return { say: 'evaluate', bodies, events: JSON.stringify(wire), trace, isOneByOne };
}
