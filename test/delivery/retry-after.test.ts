import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseRetryAfter } from '../../src/delivery/retry-after.ts';

const now = new Date('2026-03-01T12:00:00Z');
const hour = 3_600_000;

describe('parseRetryAfter', () => {
  it.each([
    ['120', 120_000],
    [' 7 ', 7_000],
    ['0', 1_000],
    ['21600', 6 * hour],
    ['999999999999999999999999', 6 * hour],
    ['Sun, 01 Mar 2026 12:05:00 GMT', 300_000],
    ['Sunday, 01-Mar-26 12:05:00 GMT', 300_000],
    ['Sun Mar  1 12:05:00 2026', 300_000],
    ['Sun, 01 Mar 2026 11:00:00 GMT', 1_000],
    ['Fri, 01 Jan 2100 00:00:00 GMT', 6 * hour],
  ])('reads %s', (value, ms) => {
    expect(parseRetryAfter(value, now)).toBe(ms);
  });

  it.each([undefined, '', '-5', '1.5', '1e3', '0x10', 'soon', '5 minutes', '2026-03-01', 'Sun, nonsense GMT', 'Sun'])(
    'finds nothing usable in %s',
    (value) => {
      expect(parseRetryAfter(value, now)).toBeUndefined();
    },
  );

  it('answers any string with nothing, or with a wait between one second and six hours', () => {
    const anyValue = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.nat().map(String),
      fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
      fc.string().map((text) => `Mon, ${text}`),
    );
    fc.assert(
      fc.property(anyValue, fc.date({ noInvalidDate: true }), (value, at) => {
        const ms = parseRetryAfter(value, at);
        expect(ms === undefined || (ms >= 1_000 && ms <= 6 * hour)).toBe(true);
      }),
    );
  });

  it('reads back the wait that a date expresses', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 21_600 }), (seconds) => {
        const date = new Date(now.getTime() + seconds * 1_000).toUTCString();
        expect(parseRetryAfter(date, now)).toBe(seconds * 1_000);
      }),
    );
  });
});
