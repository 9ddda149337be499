import { describe, expect, it } from 'vitest';
import { isSame, rowDigest } from '../../src/store/digest.ts';

describe('the digest of a row', () => {
  it('is the same for the same values, and has 16 bytes', () => {
    expect(rowDigest(['a', 1, null, 'b'])).toEqual(rowDigest(['a', 1, null, 'b']));
    expect(rowDigest(['a'])).toHaveLength(16);
  });

  it('is the same for a text and its bytes at the end', () => {
    expect(rowDigest(['a', 'grüß'])).toEqual(rowDigest(['a', Buffer.from('grüß')]));
  });

  it.each([
    [
      ['a', 'bc'],
      ['ab', 'c'],
    ],
    [
      ['a', ''],
      ['a', null],
    ],
    [
      ['a', null, 'b'],
      ['a', 'null', 'b'],
    ],
    [
      ['1', 'b'],
      [1, 'b'],
    ],
    [
      ['a', 'b', 'c'],
      ['a', 'b"', 'c'],
    ],
    [['a'], ['a', null]],
  ])('of %j is another than that of %j', (one, other) => {
    expect(rowDigest(one)).not.toEqual(rowDigest(other));
  });

  it.each([[null], [undefined], [1], ['text'], [new Uint8Array(16)]])(
    'is not %j, whatever that came from',
    (stored) => {
      expect(isSame(stored, rowDigest(['a']))).toBe(false);
    },
  );

  it('of nothing is nothing', () => {
    expect(isSame(null, null)).toBe(true);
    expect(isSame(rowDigest(['a']), null)).toBe(false);
  });
});
