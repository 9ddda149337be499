import { describe, expect, it } from 'vitest';
import { decodeBase64, decodeHex, matchesAnySecret } from '../../../src/sources/verify/signature.ts';

const bytes = (text: string) => Buffer.from(text, 'hex');

describe('decodeHex', () => {
  it('reads exactly the asked number of bytes', () => {
    expect(decodeHex('00ff10', 3)).toEqual(bytes('00ff10'));
    for (const text of ['', '00ff1', '00ff', '00ff1000', '00FF10', '00gg10', ' 0ff10', '00ff1\n']) {
      expect(decodeHex(text, 3)).toBeUndefined();
    }
  });
});

describe('decodeBase64', () => {
  it('reads exactly the asked number of bytes, in one spelling', () => {
    expect(decodeBase64('+/8=', 2)).toEqual(bytes('fbff'));
    for (const text of ['', '+/8', '+/9=', '-_8=', '+/8==', ' +/8=', '+/8=\n', '+/8=+/8=', '+/////8=']) {
      expect(decodeBase64(text, 2)).toBeUndefined();
    }
  });
});

describe('matchesAnySecret', () => {
  const matches = (given: readonly string[], expected: readonly string[]) =>
    matchesAnySecret(given.map(bytes), expected, (secret) => bytes(secret));

  it('finds a match wherever it is', () => {
    expect(matches(['01', '02'], ['03', '02'])).toBe(true);
    expect(matches(['02', '01'], ['02', '03'])).toBe(true);
    expect(matches(['01', '02'], ['03', '04'])).toBe(false);
  });

  it('finds none among none', () => {
    expect(matches([], ['01'])).toBe(false);
    expect(matches(['01'], [])).toBe(false);
  });

  it('takes different lengths for different, not for an error', () => {
    expect(matches(['01', '', '0102'], ['010203'])).toBe(false);
  });
});
