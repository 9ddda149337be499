import type { RequestWindow } from '../model/source-api.ts';

/**
 * At most so many requests in any time of a window's length, wherever it begins and whenever in between each request
 * reached the other side: a slot is taken when a request leaves, and is free again one window after its answer has come.
 */
export class RequestSlots {
  readonly #window: RequestWindow;
  #underWay = 0;
  /** When the slots of ended requests are free again, in milliseconds; in order. */
  #freeAt: number[] = [];
  /** The slots that were promised to whoever was turned away reach until here. */
  #promisedUntilMs = 0;

  constructor(window: RequestWindow) {
    this.#window = window;
  }

  /** True when a request may leave now; whoever takes a slot must say when it has ended. */
  take(nowMs: number): boolean {
    if (this.#used(nowMs) >= this.#window.requests) return false;
    this.#underWay += 1;
    return true;
  }

  /** How much of the window is in use, from 0 to 1. */
  usedShare(nowMs: number): number {
    return this.#used(nowMs) / this.#window.requests;
  }

  #used(nowMs: number): number {
    this.#freeAt = this.#freeAt.filter((at) => at > nowMs);
    return this.#underWay + this.#freeAt.length;
  }

  get underWay(): number {
    return this.#underWay;
  }

  ended(nowMs: number): void {
    this.#underWay -= 1;
    // A clock that was set back must not bring slots before those that are free later.
    this.#freeAt.push(Math.max(nowMs + this.#window.perMs, this.#freeAt.at(-1) ?? 0));
  }

  /**
   * When to come back, for one who was turned away: each is told a later moment, at the pace of the window, so that a
   * thousand of them do not all come back for the same slot.
   */
  waitMs(nowMs: number, earliestMs = this.#freeAt[0] ?? nowMs + this.#window.perMs): number {
    const { requests, perMs } = this.#window;
    this.#promisedUntilMs = Math.max(this.#promisedUntilMs, earliestMs) + perMs / requests;
    return Math.ceil(this.#promisedUntilMs - nowMs);
  }
}
