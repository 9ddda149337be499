import { describe, expect, it } from 'vitest';
import { Settling, type Sighting } from '../../src/mapping/settling.ts';

const times = { stillMs: 250, patienceMs: 1_000 };

const files = (stamps: Readonly<Record<string, string>>): readonly Sighting[] =>
  Object.entries(stamps).map(([name, stamp]) => ({ name, stamp }));

/** A folder that has been read as `stamps` say, and what a later look finds due; everything due is dealt with. */
function settled(stamps: Readonly<Record<string, string>>) {
  const settling = new Settling(times);
  const look = (seen: Readonly<Record<string, string>>, nowMs: number) => {
    const { due, waiting } = settling.see(files(seen), nowMs);
    for (const file of due) settling.dealtWith(file);
    return { due: due.map(({ name }) => name), waiting };
  };
  look(stamps, 0);
  return { settling, look };
}

describe('files that settle', () => {
  it('are all due at the first look, in order', () => {
    const settling = new Settling(times);
    expect(settling.see(files({ b: '1', a: '1' }), 0)).toEqual({
      due: [
        { name: 'a', stamp: '1', still: true },
        { name: 'b', stamp: '1', still: true },
      ],
      waiting: false,
    });
  });

  it('are not due again as long as they stay as they are', () => {
    const { look } = settled({ a: '1' });
    expect(look({ a: '1' }, 1_000)).toEqual({ due: [], waiting: false });
    expect(look({ a: '1' }, 90_000)).toEqual({ due: [], waiting: false });
  });

  it.each([
    ['changed', { a: '2', b: '1' }, 'a'],
    ['new', { a: '1', b: '1', c: '1' }, 'c'],
    ['gone', { a: '1' }, 'b'],
  ])('wait until they have stood still: one that is %s', (_what, seen, name) => {
    const { look } = settled({ a: '1', b: '1' });
    expect(look(seen, 10_000)).toEqual({ due: [], waiting: true });
    expect(look(seen, 10_249)).toEqual({ due: [], waiting: true });
    expect(look(seen, 10_250)).toEqual({ due: [name], waiting: false });
    expect(look(seen, 10_500)).toEqual({ due: [], waiting: false });
  });

  it('wait anew whenever they move', () => {
    const { look } = settled({ a: '1' });
    expect(look({ a: '2' }, 1_000).due).toEqual([]);
    expect(look({ a: '3' }, 1_200).due).toEqual([]);
    expect(look({ a: '3' }, 1_400).due).toEqual([]);
    expect(look({ a: '3' }, 1_450).due).toEqual(['a']);
  });

  it('are due all the same when they never stand still, and again as long as they move', () => {
    const { settling, look } = settled({ a: 'at 0' });
    const looks = Array.from({ length: 30 }, (_, index) => 1_000 + index * 100);
    const due = looks.filter((nowMs) => look({ a: `at ${nowMs}` }, nowMs).due.length > 0);
    expect(due).toEqual([2_000, 3_100]);
    expect(settling.see(files({ a: 'at 3900' }), 4_150).due).toEqual([{ name: 'a', stamp: 'at 3900', still: true }]);
  });

  it('that are replaced are one change: a file gone for a moment is not taken for gone', () => {
    const { look } = settled({ a: '1' });
    expect(look({}, 1_000)).toEqual({ due: [], waiting: true });
    expect(look({ a: '2' }, 1_100)).toEqual({ due: [], waiting: true });
    expect(look({ a: '2' }, 1_350)).toEqual({ due: ['a'], waiting: false });
  });

  it('that are put back as they were are no change', () => {
    const { look } = settled({ a: '1' });
    expect(look({}, 1_000).waiting).toBe(true);
    expect(look({ a: '1' }, 1_100)).toEqual({ due: [], waiting: false });
    expect(look({ a: '1' }, 5_000)).toEqual({ due: [], waiting: false });
  });

  it('stay due until they were dealt with', () => {
    const settling = new Settling(times);
    expect(settling.see(files({ a: '1' }), 0).due).toHaveLength(1);
    expect(settling.see(files({ a: '1' }), 1_000).due).toHaveLength(1);
    for (const file of settling.see(files({ a: '1' }), 2_000).due) settling.dealtWith(file);
    expect(settling.see(files({ a: '1' }), 3_000).due).toEqual([]);
  });

  it('that are gone are forgotten once that was dealt with', () => {
    const { settling, look } = settled({ a: '1' });
    look({}, 1_000);
    expect(settling.see([], 1_250).due).toEqual([{ name: 'a', stamp: null, still: true }]);
    look({}, 1_250);
    expect(look({}, 5_000)).toEqual({ due: [], waiting: false });
    expect(look({ a: '1' }, 6_000).waiting).toBe(true);
  });
});
