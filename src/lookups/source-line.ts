import type { SourceApi } from '../model/source-api.ts';
import type { Pause } from './lookup.ts';
import { RequestSlots } from './request-slots.ts';

/** Of a window, in use at most for there to be something to spare. */
const spareShare = 0.25;

export type HeldBy = 'window' | 'source';

/** Why nothing may be asked, and for how long. */
interface Refusal {
  readonly heldBy: HeldBy;
  readonly waitMs: number;
  readonly message: string;
}

/** Whether one source's API may be asked now, and what it has said about that. */
export class SourceLine {
  readonly #slots: RequestSlots;
  #pausedUntilMs = 0;
  /** Refusals in a row, of which those that were under way together count once. */
  #refusals = 0;
  #lastPauseMs = 0;
  #pauseWhy = '';

  constructor({ window }: Pick<SourceApi, 'window'>) {
    this.#slots = new RequestSlots(window);
  }

  /** Undefined when a request may leave. */
  enter(nowMs: number): Refusal | undefined {
    if (nowMs < this.#pausedUntilMs)
      return {
        heldBy: 'source',
        waitMs: this.#slots.waitMs(nowMs, this.#pausedUntilMs),
        message: this.#pauseWhy,
      };
    // Whoever has just been refused asks one thing first, and the rest when that was welcome.
    const isProbed = this.#refusals > 0 && this.#slots.underWay > 0;
    if (!isProbed && this.#slots.take(nowMs)) return undefined;
    const waitMs = this.#slots.waitMs(nowMs);
    if (isProbed) return { heldBy: 'source', waitMs, message: this.#pauseWhy };
    return { heldBy: 'window', waitMs, message: 'more lookups are wanted than the source may be asked' };
  }

  /** Whether a request may leave that nobody depends on: the better part of the window is for the others. */
  isSpare(nowMs: number): boolean {
    return nowMs >= this.#pausedUntilMs && this.#refusals === 0 && this.#slots.usedShare(nowMs) < spareShare;
  }

  left(nowMs: number): void {
    this.#slots.ended(nowMs);
  }

  /** An answer that asked for nothing of the kind. */
  welcome(): void {
    this.#refusals = 0;
  }

  /** `startedMs`: when the request left that was answered so. */
  pause({ ms, grows }: Pause, { startedMs, nowMs, why }: { startedMs: number; nowMs: number; why: string }): void {
    if (startedMs >= this.#lastPauseMs) {
      this.#refusals += 1;
      this.#lastPauseMs = nowMs;
    }
    this.#pauseWhy = why;
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, nowMs + ms * (grows ? this.#refusals : 1));
  }
}
