import type { SourceApi } from '../model/source-api.ts';
import type { Pause } from './lookup.ts';
import { RequestSlots } from './request-slots.ts';

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

  /** Undefined when a request may leave; else how long to wait, and why. */
  enter(nowMs: number): { readonly waitMs: number; readonly why: string } | undefined {
    if (nowMs < this.#pausedUntilMs)
      return { waitMs: this.#slots.waitMs(nowMs, this.#pausedUntilMs), why: this.#pauseWhy };
    // Whoever has just been refused asks one thing first, and the rest when that was welcome.
    const mayTake = this.#refusals === 0 || this.#slots.underWay === 0;
    if (mayTake && this.#slots.take(nowMs)) return undefined;
    return { waitMs: this.#slots.waitMs(nowMs), why: 'more lookups are wanted than the source may be asked' };
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
