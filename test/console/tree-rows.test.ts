import { describe, expect, it } from 'vitest';
import { briefText, pathId, pathText, treeRows, valueText } from '../../src/console/ui/tree-rows.ts';
import type { Json } from '../../src/model/json.ts';

const nothing: ReadonlySet<string> = new Set();
const paths = (rows: ReturnType<typeof treeRows>): readonly string[] => rows.map(({ path }) => pathText(path));

function nested(depth: number): Json {
  let value: Json = 'the end';
  for (let level = 0; level < depth; level += 1) value = { in: value };
  return value;
}

describe('the lines of a tree', () => {
  it('are in the order of the body, and name their place as a mapping does', () => {
    const rows = treeRows({ data: { items: [{ 'odd name': 1 }] }, id: 'x' }, nothing);
    expect(paths(rows)).toEqual(['', 'data', 'data.items', 'data.items[0]', 'data.items[0].`odd name`', 'id']);
    expect(rows.map(({ depth }) => depth)).toEqual([0, 1, 2, 3, 4, 1]);
  });

  it('leave out what is below a line that was closed', () => {
    const rows = treeRows({ data: { a: 1, b: 2 }, id: 'x' }, new Set([pathId(['data'])]));
    expect(paths(rows)).toEqual(['', 'data', 'id']);
    expect(rows[1]).toMatchObject({ isOpen: false, size: 2, position: 1, siblings: 2 });
  });

  it('are few at first where a body is large, and all of them when asked for', () => {
    const large = { list: Array.from({ length: 50_000 }, (_, index) => ({ id: index })) };
    expect(treeRows(large, nothing)).toHaveLength(2);
    expect(treeRows(large, nothing, true)).toHaveLength(100_002);
  });

  it('go as deep as a body does', () => {
    expect(treeRows(nested(1_000), nothing, true).at(-1)).toMatchObject({ depth: 1_000, value: 'the end' });
  });

  it('end at a depth that no sender needs, and go on below by hand', () => {
    const body = nested(100_000);
    const rows = treeRows(body, nothing, true);
    expect(rows).toHaveLength(1_001);
    expect(treeRows(body, new Set([`${rows.at(-1)?.id}`]), true)).toHaveLength(1_002);
  });

  it('tell members apart that are called alike', () => {
    const ids = treeRows({ 'a.b': 1, a: { b: 2 }, '0': 3 }, nothing).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('a value on its line', () => {
  it('is JSON, with its size where it has members, and cut where it is long', () => {
    expect(valueText('a "b"\n')).toBe('"a \\"b\\"\\n"');
    expect(valueText({ a: 1, b: 2 })).toBe('{2}');
    expect(valueText([])).toBe('[0]');
    expect(valueText('x'.repeat(5_000_000))).toHaveLength(300 + '… (5000002 characters)'.length);
  });

  it('is written out whole where it is small', () => {
    expect(briefText({ amount: 29, currency: 'USD' })).toBe('{"amount":29,"currency":"USD"}');
    expect(briefText({ text: 'x'.repeat(500) })).toBe('{1}');
    expect(briefText({ list: Array.from({ length: 1_000_000 }, () => null) })).toBe('{1}');
    expect(briefText(nested(100_000))).toBe('{1}');
  });
});
