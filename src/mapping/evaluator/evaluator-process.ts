import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { serialize } from 'node:v8';
import { GatewayError } from '../../model/error.ts';
import { Mailbox } from './mailbox.ts';
import {
  type Answer,
  type Batch,
  type EvaluatorSetup,
  type FromEvaluator,
  mailboxDescriptor,
  type Reading,
  type TextToRead,
  type ToEvaluator,
} from './protocol.ts';

export interface EvaluatorLimits {
  /** Longest time for one event with all its mappings, in milliseconds. */
  readonly deadlineMs: number;
  /** The process's heap with up to a hundred mappings, in megabytes. */
  readonly memoryMb: number;
  /** Longest time to start and load, in milliseconds. */
  readonly startMs: number;
}

/**
 * Batches are long texts. As V8 paces the collection of so small a heap by itself, it collects all of it for each of them,
 * which costs more than evaluating them.
 */
const heapPace = ['--max-semi-space-size=8', '--heap-growing-percent=200'];

/** The same extension as this file's: `.ts` from the sources, `.js` from the build. */
const childFile = fileURLToPath(
  new URL(`./child${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`, import.meta.url),
);

/** Longest time to read one text: a hundred times what the largest of the shipped ones takes. */
const readMs = 5_000;

/** What a hundred mappings as large as the shipped ones take once they are compiled, in megabytes. */
const hundredMappingsMb = 40;

export const heapMb = ({ mappings }: EvaluatorSetup, { memoryMb }: EvaluatorLimits): number =>
  memoryMb + Math.max(0, Math.ceil(mappings.length / 100) - 1) * hundredMappingsMb;

/** Characters of a batch that the pipe takes at once. */
const pipeLength = 100_000;

type Answered = (answer: Answer) => void;

/** One life of the child process. */
export class EvaluatorProcess {
  readonly #child: ChildProcess;
  readonly #mailbox: Mailbox | undefined;
  readonly #limits: EvaluatorLimits;
  readonly #heapMb: number;
  /** Resolves when nothing of it is left, even where it could not be started. */
  readonly #gone: Promise<void>;
  #complaint = '';

  private constructor(setup: EvaluatorSetup, limits: EvaluatorLimits) {
    this.#limits = limits;
    this.#heapMb = heapMb(setup, limits);
    this.#mailbox = Mailbox.open();
    const child = startChild(this.#heapMb, this.#mailbox);
    this.#gone = new Promise((resolve) => {
      child.once('close', () => {
        this.#mailbox?.close();
        resolve();
      });
    });
    this.#child = child;
    // Without a listener it would end this process, for want of a descriptor or of a place for another process.
    child.on('error', (error) => {
      this.#complaint = error.message;
    });
    // Kept only to explain a start that failed; V8 also writes here when memory runs out.
    child.stderr?.on('data', (chunk: Buffer) => {
      this.#complaint = (this.#complaint + chunk.toString()).slice(-2_000);
    });
  }

  static async start(setup: EvaluatorSetup, limits: EvaluatorLimits): Promise<EvaluatorProcess> {
    const started = new EvaluatorProcess(setup, limits);
    await started.load(setup);
    return started;
  }

  /** Whether it was given the heap that these mappings need. */
  hasRoomFor(setup: EvaluatorSetup): boolean {
    return heapMb(setup, this.#limits) <= this.#heapMb;
  }

  /** Replaces what it evaluates with; a process that could not is dead. */
  async load(setup: EvaluatorSetup): Promise<void> {
    const ended = await this.#exchange({ say: 'load', setup }, this.#limits.startMs, ({ say }) => say === 'ready');
    if (ended === 'done') return;
    await this.kill();
    throw new GatewayError(
      'EVALUATOR_UNAVAILABLE',
      `the evaluator did not load the mappings: ${this.#complaint || ended}`,
    );
  }

  /** Undefined when it took too long or more than it has; the process is dead then. */
  async read(text: TextToRead): Promise<Reading | undefined> {
    let reading: Reading | undefined;
    await this.#exchange({ say: 'read', ...text }, readMs, (message) => {
      if (message.say === 'have_read') reading = message.reading;
      return message.say === 'have_read';
    });
    if (reading === undefined) await this.kill();
    return reading;
  }

  /** Answers to so many events, in their order; on `too_slow` the process is dead as well. */
  async evaluate(batch: Batch, count: number, answered: Answered): Promise<'done' | 'too_slow' | 'died'> {
    let open = count;
    const ended = await this.#exchange(batch, this.#limits.deadlineMs, (message) => {
      if (message.say !== 'evaluated') return false;
      const answers = JSON.parse(message.answers) as readonly Answer[];
      for (const answer of answers) answered(answer);
      open -= answers.length;
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
    if (child.pid === undefined) return this.#gone;
    if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
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
      child.send(this.#posted(message), () => undefined);
    });
  }

  /** What is long goes by the mailbox, of which only one exchange at a time makes use. */
  #posted(message: ToEvaluator): ToEvaluator {
    if (message.say !== 'evaluate' || this.#mailbox === undefined || isShort(message)) return message;
    const bytes = serialize(message);
    return this.#mailbox.put(bytes) ? { say: 'fetch', length: bytes.byteLength } : message;
  }
}

function isShort({ bodies, events }: Batch): boolean {
  let { length } = events;
  for (const body of bodies) length += body.length;
  return length <= pipeLength;
}

function startChild(memoryMb: number, mailbox: Mailbox | undefined): ChildProcess {
  try {
    return forkChild(memoryMb, mailbox);
  } catch (error) {
    // Of some faults Node tells by `error`, others it throws: then there is no process with whose end the mailbox is closed.
    mailbox?.close();
    const message = error instanceof Error ? error.message : String(error);
    throw new GatewayError('EVALUATOR_UNAVAILABLE', `the evaluator was not started: ${message}`, { cause: error });
  }
}

function forkChild(memoryMb: number, mailbox: Mailbox | undefined): ChildProcess {
  const stdio: (number | 'ignore' | 'pipe' | 'ipc')[] = ['ignore', 'ignore', 'pipe', 'ipc'];
  if (mailbox !== undefined) stdio[mailboxDescriptor] = mailbox.descriptor;
  return fork(childFile, [], {
    env: {},
    // No file may be written, no process or worker started; `--disable-proto` closes the door to shared prototypes.
    execArgv: [
      `--max-old-space-size=${memoryMb}`,
      ...heapPace,
      '--disable-proto=delete',
      '--permission',
      '--allow-fs-read=*',
      '--no-warnings',
    ],
    serialization: 'advanced',
    stdio,
  });
}
