import { describe, expect, it } from 'vitest';
import { type Rows, released, withNewest, withOlder } from '../../src/console/views/events/held-rows.ts';

interface Row {
  readonly id: string;
  readonly status: string;
}

const row = (id: string, status = 'received'): Row => ({ id, status });
const rowsOf = (...shown: readonly Row[]): Rows<Row> => ({ shown, held: [], hasGap: false });

describe('a list that grows at its top', () => {
  it('holds back what is new, and changes what is shown in its place', () => {
    const rows = withNewest(rowsOf(row('b'), row('a')), [row('d'), row('c'), row('b', 'translated'), row('a')]);
    expect(rows.shown).toEqual([row('b', 'translated'), row('a')]);
    expect(rows.held.map(({ id }) => id)).toEqual(['d', 'c']);
  });

  it('shows what it held when asked to, on top', () => {
    const rows = withNewest(rowsOf(row('a')), [row('b'), row('a')]);
    expect(released(rows)).toEqual(rowsOf(row('b'), row('a')));
  });

  it('has to be asked for anew where more has come than was looked at', () => {
    const rows = withNewest(rowsOf(row('a')), [row('z'), row('y')]);
    expect(rows).toMatchObject({ shown: [row('a')], hasGap: true });
    expect(released(rows)).toBeUndefined();
  });

  it('shows the first ones at once', () => {
    expect(withNewest(rowsOf(), [row('a')])).toEqual(rowsOf(row('a')));
  });

  it('goes on with older ones at its end, each once', () => {
    expect(withOlder(rowsOf(row('c'), row('b')), [row('b'), row('a')]).shown.map(({ id }) => id)).toEqual([
      'c',
      'b',
      'a',
    ]);
  });
});
