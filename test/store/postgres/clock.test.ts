import { describe, expect, it } from 'vitest';
import { DatabaseClock } from '../../../src/store/postgres/clock.ts';
import { noon } from '../../contracts/store-samples.ts';

const noonMs = noon.getTime();

function aClock() {
  const monotonic = { ms: 0 };
  const clock = new DatabaseClock(() => monotonic.ms);
  /** An answer that took so long, from a database whose time is then noon and so much. */
  const answered = (afterNoonMs: number, tookMs: number): void => {
    const askedMs = monotonic.ms;
    monotonic.ms += tookMs;
    clock.measured({ databaseMs: noonMs + afterNoonMs, askedMs, answeredMs: monotonic.ms });
  };
  return { clock, monotonic, answered, afterNoon: () => clock.now().getTime() - noonMs };
}

describe('the clock of a shared database', () => {
  it('tells the database’s time, half of the way back being over', () => {
    const { answered, monotonic, afterNoon } = aClock();
    answered(1_000, 10);
    expect(afterNoon()).toBe(1_005);
    monotonic.ms += 500;
    expect(afterNoon()).toBe(1_505);
  });

  it('believes the fastest of the answers that agree', () => {
    const { answered, afterNoon } = aClock();
    answered(0, 2);
    answered(40, 100);
    expect(afterNoon()).toBe(101);
  });

  it('follows a database whose clock was changed', () => {
    const { answered, afterNoon } = aClock();
    answered(0, 2);
    answered(3_600_000, 2);
    expect(afterNoon()).toBe(3_600_001);
    answered(0, 2);
    expect(afterNoon()).toBe(1);
  });

  it('never goes back by a little', () => {
    const { answered, monotonic, afterNoon } = aClock();
    answered(0, 100);
    expect(afterNoon()).toBe(50);
    answered(10, 0);
    expect(afterNoon()).toBe(50);
    monotonic.ms += 100;
    expect(afterNoon()).toBe(110);
  });

  it('measures again when the last time is long ago', () => {
    const { answered, monotonic, afterNoon } = aClock();
    answered(0, 2);
    monotonic.ms += 30_000;
    answered(30_005, 10);
    expect(afterNoon()).toBe(30_010);
  });
});
