import { LRUCache } from 'lru-cache';
import { redact } from '../delivery/redact.ts';
import type { Sender } from '../delivery/send.ts';
import type { Answer } from '../model/attempt.ts';
import type { Clock } from '../model/clock.ts';
import type { Json } from '../model/json.ts';
import type { SourceApi } from '../model/source-api.ts';
import type { ConfiguredSource } from '../sources/source.ts';
import { lookupNamed } from './index.ts';
import type { Lookup, LookupArguments, Reading } from './lookup.ts';
import { type HeldBy, SourceLine } from './source-line.ts';

/** One thing that a mapping wants to know for an event. */
export interface Question {
  /** As in `hubspot.contact`. */
  readonly lookup: string;
  readonly args: LookupArguments;
  /** The source of gateway.yaml whose API is asked. */
  readonly source: string;
  /** When the event arrived. */
  readonly receivedAt: Date;
  /** Asked only where it takes nothing from those that have to know. */
  readonly isSpare?: true;
}

export type Outcome =
  | { readonly kind: 'found'; readonly value: Json }
  /** There is no answer and will be none. */
  | { readonly kind: 'missing'; readonly message: string }
  /** Not now. `heldBy`: nothing was asked, so as not to ask too often, or because the source has refused to be. */
  | { readonly kind: 'retry'; readonly message: string; readonly waitMs?: number; readonly heldBy?: HeldBy }
  /** Shutdown took it away. */
  | { readonly kind: 'aborted' };

/** A source whose API may be asked. */
export interface AskedSource {
  readonly name: string;
  readonly type: string;
  /** Undefined where its type has none. */
  readonly api: SourceApi | undefined;
  /** Why it cannot be asked, as in `HUBSPOT_ACCESS_TOKEN is not set`; null when it can. */
  readonly off: string | null;
}

export const askedSource = ({ name, source, settings, apiOff }: ConfiguredSource): AskedSource => ({
  name,
  type: source.name,
  api: source.api?.(settings),
  off: apiOff,
});

export interface AskerOptions {
  readonly sources: readonly AskedSource[];
  readonly sender: Pick<Sender, 'send'>;
  readonly clock: Clock;
  /** For one request, in milliseconds. */
  readonly timeoutMs?: number;
}

const answerBytesMax = 512 * 1024;
/** Of answers that are kept, as JSON. */
const keptCharactersMax = 32_000_000;
const defaultTimeoutMs = 10_000;

interface Kept {
  readonly outcome: Exclude<Outcome, { kind: 'retry' | 'aborted' }>;
  /** When the request left: what it tells is not older than this. */
  readonly askedAtMs: number;
}

interface UnderWay {
  readonly outcome: Promise<Outcome>;
  readonly askedAtMs: number;
}

/**
 * Asks the sources' APIs: each question once however many events have it, never more often than the source allows, and
 * never with an answer from before the event it is for.
 */
export class Asker {
  readonly #options: AskerOptions;
  readonly #lines: ReadonlyMap<string, { readonly source: AskedSource; readonly line: SourceLine | undefined }>;
  readonly #kept: LRUCache<string, Kept>;
  readonly #underWay = new Map<string, UnderWay>();

  constructor(options: AskerOptions) {
    this.#options = options;
    this.#lines = new Map(
      options.sources.map((source) => [
        source.name,
        { source, line: source.api === undefined ? undefined : new SourceLine(source.api) },
      ]),
    );
    this.#kept = new LRUCache({
      maxSize: keptCharactersMax,
      sizeCalculation: ({ outcome }, key) => key.length + JSON.stringify(outcome).length,
      perf: { now: () => options.clock.now().getTime() },
      ttlResolution: 0,
      ttl: defaultTimeoutMs,
    });
  }

  /** Never rejects. */
  async ask(question: Question, shutdown?: AbortSignal): Promise<Outcome> {
    const lookup = lookupNamed(question.lookup);
    const asked = this.#lines.get(question.source);
    if (lookup === undefined) return { kind: 'missing', message: `there is no lookup ${question.lookup}` };
    if (asked === undefined) return { kind: 'missing', message: `there is no source ${question.source}` };
    const { source, line } = asked;
    if (source.type !== lookup.sourceType || source.api === undefined || line === undefined)
      return { kind: 'missing', message: `${lookup.name} does not ask sources of type ${source.type}` };
    if (source.off !== null) return { kind: 'missing', message: source.off };
    // They were checked where they were computed; that process is not trusted with the paths of requests.
    const args = lookup.args.safeParse(question.args);
    if (!args.success) return { kind: 'missing', message: `these are no arguments of ${lookup.name}` };
    const checked = { ...question, args: args.data };
    return await this.#answer({ lookup, question: checked, api: source.api, line }, shutdown);
  }

  async #answer(asking: Asking, shutdown: AbortSignal | undefined): Promise<Outcome> {
    const { lookup, question } = asking;
    const key = JSON.stringify([question.source, lookup.name, question.args]);
    const isRecent = ({ askedAtMs }: { readonly askedAtMs: number }): boolean =>
      !lookup.changesWithEvents || askedAtMs >= question.receivedAt.getTime();
    const kept = this.#kept.get(key);
    if (kept !== undefined && isRecent(kept)) return kept.outcome;
    const underWay = this.#underWay.get(key);
    if (underWay !== undefined) {
      if (isRecent(underWay)) return underWay.outcome;
      // Those who wait for it ask again together.
      await underWay.outcome;
      return await this.#answer(asking, shutdown);
    }
    const askedAtMs = this.#nowMs();
    if (question.isSpare && !asking.line.isSpare(askedAtMs))
      return { kind: 'retry', message: 'the window of the source is left to the events under way', heldBy: 'window' };
    const outcome = this.#request(asking, shutdown);
    this.#underWay.set(key, { outcome, askedAtMs });
    const known = await outcome;
    this.#underWay.delete(key);
    if (known.kind === 'found' || known.kind === 'missing')
      this.#kept.set(key, { outcome: known, askedAtMs }, { ttl: lookup.keptMs });
    return known;
  }

  async #request({ lookup, question, api, line }: Asking, shutdown: AbortSignal | undefined): Promise<Outcome> {
    const startedMs = this.#nowMs();
    const refused = line.enter(startedMs);
    if (refused !== undefined) return { kind: 'retry', ...refused };
    const { sender, timeoutMs = defaultTimeoutMs } = this.#options;
    const limits = { timeoutMs, allowPrivateAddress: api.allowPrivateAddress, answerBytesMax };
    const result = await sender.send(lookup.request(question.args, api), limits, shutdown);
    const nowMs = this.#nowMs();
    line.left(nowMs);
    switch (result.kind) {
      case 'aborted':
        return { kind: 'aborted' };
      case 'failed': {
        const message = redact(result.failure.message, [api.token]);
        const isForGood = result.failure.reason === 'invalid_payload';
        return isForGood ? { kind: 'missing', message } : { kind: 'retry', message };
      }
      case 'answered': {
        const reading = this.#read(result.answer, lookup, question.args);
        if (reading.kind !== 'retry') line.welcome();
        else if (reading.pause !== undefined) line.pause(reading.pause, { startedMs, nowMs, why: reading.message });
        return toOutcome(reading, [api.token]);
      }
    }
  }

  #read(answer: Answer, lookup: Lookup, args: LookupArguments): Reading {
    if (Buffer.byteLength(answer.body) >= answerBytesMax)
      return { kind: 'fail', message: `the answer is longer than ${answerBytesMax / 1024} KB` };
    return lookup.read(answer, args, this.#options.clock.now());
  }

  #nowMs(): number {
    return this.#options.clock.now().getTime();
  }
}

interface Asking {
  readonly lookup: Lookup;
  readonly question: Question;
  readonly api: SourceApi;
  readonly line: SourceLine;
}

/** Whoever reads a reason later reads no token, even where an answer repeats it. */
function toOutcome(reading: Reading, secrets: readonly string[]): Outcome {
  switch (reading.kind) {
    case 'found':
      return reading;
    case 'missing':
    case 'fail':
      return { kind: 'missing', message: redact(reading.message, secrets) };
    case 'retry': {
      const wait = reading.pause?.ms ?? reading.waitMs;
      const message = redact(reading.message, secrets);
      return { kind: 'retry', message, ...(wait === undefined ? {} : { waitMs: wait }) };
    }
  }
}
