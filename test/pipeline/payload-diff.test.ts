import { describe, expect, it } from 'vitest';
import type { Json } from '../../src/model/json.ts';
import { type PayloadChange, payloadChanges } from '../../src/pipeline/payload-diff.ts';

describe('payloadChanges', () => {
  it.each<[string, Json, Json, readonly PayloadChange[]]>([
    ['of equal payloads are none', { a: [1, { b: null }] }, { a: [1, { b: null }] }, []],
    ['name the field by its path', { a: { b: 1 } }, { a: { b: 2 } }, [{ path: 'a.b', before: 1, after: 2 }]],
    [
      'tell what came and what went',
      { a: 1 },
      { b: null },
      [
        { path: 'a', before: 1 },
        { path: 'b', after: null },
      ],
    ],
    [
      'go into lists',
      { a: [1, 2, 3] },
      { a: [1, 4] },
      [
        { path: 'a[1]', before: 2, after: 4 },
        { path: 'a[2]', before: 3 },
      ],
    ],
    ['of another kind are one change', { a: { b: 1 } }, { a: [1] }, [{ path: 'a', before: { b: 1 }, after: [1] }]],
    ['of the whole have no path', [], {}, [{ path: '', before: [], after: {} }]],
  ])('%s', (_, before, after, changes) => {
    expect(payloadChanges(before, after)).toEqual(changes);
  });

  it('are fifty at most', () => {
    const many = Object.fromEntries(Array.from({ length: 80 }, (_, n) => [`field ${n}`, n]));
    expect(payloadChanges({}, many)).toHaveLength(50);
  });
});
