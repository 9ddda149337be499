import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { GatewayError } from '../../model/error.ts';
import type { ClaimedEvent } from '../../model/event.ts';
import type { EventId } from '../../model/id.ts';
import type { Run } from '../run.ts';
import type { EvaluatorSetup, EventToEvaluate, FromEvaluator, ToEvaluator } from './protocol.ts';

/** What came of evaluating one event: its runs, or the reason why it can have none. */
export type Evaluation =
  | { readonly kind: 'runs'; readonly runs: readonly Run[] }
  | { readonly kind: 'failed'; readonly reason: 'too_slow' | 'evaluator_died'; readonly message: string };

export interface EvaluateOptions {
  /** Also tell what every expression came to. */
  readonly trace?: boolean;
}

export interface EvaluatorLimits {
  /** Longest time for one event with all its mappings, in milliseconds. */
  readonly deadlineMs: number;
  /** The process's heap, in megabytes. */
  readonly memoryMb: number;
  /** Longest time to start and load, in milliseconds. */
  readonly startMs: number;
}

export const defaultEvaluatorLimits: EvaluatorLimits = { deadlineMs: 1_000, memoryMb: 128, startMs: 20_000 };

/** Characters of bodies in one batch: a batch of the largest bodies must not be what fills the evaluator's heap. */
const batchLengthMax = 4_000_000;

/** The same extension as this file's: `.ts` from the sources, `.js` from the build. */
const childFile = fileURLToPath(
  new URL(`./child${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`, import.meta.url),
);

/**
 * Evaluates mappings in a process that can be killed: neither JSONata's guardrails nor a worker thread contain a
 * regular expression that never ends or a string that eats the heap. Batches are evaluated one after another.
 */
export class Evaluator {
  readonly #setup: EvaluatorSetup;
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
  evaluate(
    events: readonly ClaimedEvent[],
    { trace = false }: EvaluateOptions = {},
  ): Promise<ReadonlyMap<EventId, Evaluation>> {
    const evaluations = this.#turn.then(() => this.#evaluateAll(events, trace));
    // Whoever comes next waits for this one, whatever comes of it.
    this.#turn = evaluations.catch(() => undefined);
    return evaluations;
  }

  async #evaluateAll(events: readonly ClaimedEvent[], trace: boolean): Promise<ReadonlyMap<EventId, Evaluation>> {
    const evaluations = new Map<EventId, Evaluation>();
    let rest = events;
    while (rest.length > 0) {
      const child = await this.#ready();
      const batch = toBatch(firstBatch(rest), trace);
      const ended = await child.evaluate(batch, (id, runs) => evaluations.set(id, { kind: 'runs', runs }));
      rest = rest.filter(({ id }) => !evaluations.has(id));
      const culprit = rest[0];
      if (ended === 'done' || culprit === undefined) continue;
      // Whatever was under way when we stopped it is not to blame.
      if (this.#stopped) throw stoppedFault();
      evaluations.set(culprit.id, this.#blame(ended));
      rest = rest.slice(1);
    }
    return evaluations;
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
    const message = `evaluation ended its process, most likely by needing more than ${this.#limits.memoryMb} MB`;
    return { kind: 'failed', reason: 'evaluator_died', message };
  }

  async #ready(): Promise<EvaluatorProcess> {
    if (this.#stopped) throw stoppedFault();
    this.#child ??= EvaluatorProcess.start(this.#setup, this.#limits);
    try {
      const child = await this.#child;
      if (child.alive) return child;
    } catch (error) {
      this.#child = undefined;
      throw error;
    }
    // It was killed, by us for being slow or by the system between two batches: the next event gets a new one.
    this.#child = undefined;
    return this.#ready();
  }
}

const stoppedFault = (): GatewayError => new GatewayError('EVALUATOR_UNAVAILABLE', 'the evaluator was stopped');

type Batch = Extract<ToEvaluator, { say: 'evaluate' }>;

type Answered = (id: EventId, runs: readonly Run[]) => void;

/** One life of the child process. */
class EvaluatorProcess {
  readonly #child: ChildProcess;
  readonly #limits: EvaluatorLimits;
  #complaint = '';

  private constructor(child: ChildProcess, limits: EvaluatorLimits) {
    this.#child = child;
    this.#limits = limits;
    // Kept only to explain a start that failed; V8 also writes here when memory runs out.
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#complaint = (this.#complaint + chunk.toString()).slice(-2_000);
    });
  }

  static async start(setup: EvaluatorSetup, limits: EvaluatorLimits): Promise<EvaluatorProcess> {
    const child = fork(childFile, [], {
      env: {},
      // No file may be written, no process or worker started; `--disable-proto` closes the door to shared prototypes.
      execArgv: [
        `--max-old-space-size=${limits.memoryMb}`,
        '--disable-proto=delete',
        '--permission',
        '--allow-fs-read=*',
        '--no-warnings',
      ],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const started = new EvaluatorProcess(child, limits);
    const ended = await started.#exchange({ say: 'load', setup }, limits.startMs, (message) => message.say === 'ready');
    if (ended === 'done') return started;
    await started.kill();
    throw new GatewayError('EVALUATOR_UNAVAILABLE', `the evaluator did not start: ${started.#complaint || ended}`);
  }

  /** Answers in the order of `events`; on `too_slow` the process is dead as well. */
  async evaluate(batch: Batch, answered: Answered): Promise<'done' | 'too_slow' | 'died'> {
    let open = batch.events.length;
    const ended = await this.#exchange(batch, this.#limits.deadlineMs, (message) => {
      if (message.say !== 'evaluated') return false;
      answered(message.id as EventId, message.runs);
      open -= 1;
      return open === 0;
    });
    if (ended !== 'done') await this.kill();
    return ended;
  }

  get alive(): boolean {
    const { pid, connected, exitCode, signalCode } = this.#child;
    return pid !== undefined && connected && exitCode === null && signalCode === null;
  }

  /** Resolves when the process is gone. */
  kill(): Promise<void> {
    const child = this.#child;
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
    return new Promise((resolve) => {
      child.once('exit', () => resolve());
      child.kill('SIGKILL');
    });
  }

  /** Says something and listens until `isLast`, as long as no silence is longer than `silenceMs`. */
  #exchange(
    message: ToEvaluator,
    silenceMs: number,
    isLast: (message: FromEvaluator) => boolean,
  ): Promise<'done' | 'too_slow' | 'died'> {
    const child = this.#child;
    return new Promise((resolve) => {
      const finish = (result: 'done' | 'too_slow' | 'died'): void => {
        clearTimeout(timer);
        child.off('message', listen);
        child.off('disconnect', died);
        child.off('error', died);
        resolve(result);
      };
      let heard = 0;
      const listen = (answer: FromEvaluator): void => {
        heard += 1;
        timer.refresh();
        if (isLast(answer)) finish('done');
      };
      // All that it said has been read by then; `exit` can overtake an answer.
      const died = (): void => finish('died');
      const silent = (): void => {
        // Answers may lie unread while this process was busy: read them before deciding.
        const before = heard;
        setImmediate(() => setImmediate(() => (heard === before ? finish('too_slow') : timer.refresh())));
      };
      const timer = setTimeout(silent, silenceMs);
      child.on('message', listen);
      child.on('disconnect', died);
      child.on('error', died);
      if (!this.alive) return finish('died');
      // A failed send is followed by `disconnect`.
      child.send(message, () => undefined);
    });
  }
}

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

function toBatch(events: readonly ClaimedEvent[], trace: boolean): Batch {
  const indexes = new Map<string, number>();
  const wire = events.map((event): EventToEvaluate => {
    const body = indexes.get(event.bodyText) ?? indexes.size;
    indexes.set(event.bodyText, body);
    const { id, source, type, kind, externalId, occurredAt, receivedAt, headers, url, item } = event;
    return { id, source, type, kind, externalId, occurredAt, receivedAt, headers, url, item, body };
  });
  return { say: 'evaluate', bodies: [...indexes.keys()], events: wire, trace };
}
