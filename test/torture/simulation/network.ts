import type { Outcome } from '../../../src/model/attempt.ts';
import type { Draw } from './draw.ts';

/** The other side of every attempt, without a network: destinations whose mood changes. */

const moods = ['well', 'flaky', 'down', 'throttling', 'picky', 'locked'] as const;
type Mood = (typeof moods)[number];

const response = { status: 200, body: '' };
const outcomes = {
  delivered: { kind: 'delivered', response },
  failed: { kind: 'retry', reason: 'server_error', message: 'answered 500' },
  unclear: { kind: 'retry', reason: 'timeout', message: 'no complete answer', ambiguous: true },
  throttled: { kind: 'retry', reason: 'throttled', message: 'slow down', retryAfterMs: 90_000, lane: 'throttled' },
  refused: { kind: 'fail', reason: 'rejected', message: 'no such field' },
  locked: { kind: 'retry', reason: 'unauthorized', message: 'who are you?', lane: 'credentials' },
} as const satisfies Readonly<Record<string, Outcome>>;

type Weights = Readonly<Partial<Record<keyof typeof outcomes, number>>>;

const weights: Readonly<Record<Mood, Weights>> = {
  well: { delivered: 98, refused: 1, failed: 1 },
  flaky: { delivered: 50, failed: 25, unclear: 20, throttled: 5 },
  down: { failed: 70, unclear: 30 },
  throttling: { throttled: 60, delivered: 40 },
  picky: { delivered: 60, refused: 40 },
  locked: { locked: 100 },
};

export class Network {
  readonly #moods = new Map<string, Mood>();
  readonly #draw: Draw;

  constructor(draw: Draw) {
    this.#draw = draw;
  }

  changeMood(destination: string): void {
    this.#moods.set(destination, this.#draw.one(moods) ?? 'well');
  }

  /** All is well from now on. */
  calmDown(): void {
    this.#moods.clear();
  }

  answer(destination: string): Outcome {
    const mood = this.#moods.get(destination) ?? 'well';
    return outcomes[this.#draw.weighted(weights[mood] as Readonly<Record<keyof typeof outcomes, number>>)];
  }
}
