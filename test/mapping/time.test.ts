import { afterEach, describe, expect, it } from 'vitest';
import { toDate } from '../../src/mapping/time.ts';

const iso = (value: unknown): string | undefined => toDate(value)?.toISOString();

describe('a time', () => {
  it.each([
    ['seconds', 1_795_219_200, '2026-11-21T00:00:00.000Z'],
    ['seconds with a fraction', 1_795_219_200.25, '2026-11-21T00:00:00.250Z'],
    ['milliseconds', 1_795_219_200_123, '2026-11-21T00:00:00.123Z'],
    ['seconds as digits', '1795219200', '2026-11-21T00:00:00.000Z'],
    ['milliseconds as digits', ' 1795219200123 ', '2026-11-21T00:00:00.123Z'],
    ['seconds with a fraction as digits', '1795219200.5', '2026-11-21T00:00:00.500Z'],
    ['the start of time', 0, '1970-01-01T00:00:00.000Z'],
    ['seconds before 1970', -86_400, '1969-12-31T00:00:00.000Z'],
    ['ISO 8601', '2026-11-21T00:00:00Z', '2026-11-21T00:00:00.000Z'],
    ['ISO 8601 in lower case', '2026-11-21t00:00:00z', '2026-11-21T00:00:00.000Z'],
    ['ISO 8601 to the nanosecond', '2026-11-21T00:00:00.123456789Z', '2026-11-21T00:00:00.123Z'],
    ['an offset', '2026-11-21T02:00:00+02:00', '2026-11-21T00:00:00.000Z'],
    ['an offset without its colon', '2026-11-20T19:00:00.000-0500', '2026-11-21T00:00:00.000Z'],
    ['a blank instead of T', '2026-11-21 00:00:00Z', '2026-11-21T00:00:00.000Z'],
    ['a blank and UTC', '2026-11-21 00:00:00 UTC', '2026-11-21T00:00:00.000Z'],
    ['a blank and an offset', '2026-11-21 02:00:00 +0200', '2026-11-21T00:00:00.000Z'],
    ['no seconds', '2026-11-21T00:30Z', '2026-11-21T00:30:00.000Z'],
    ['a day', '2026-11-21', '2026-11-21T00:00:00.000Z'],
    ['a month', '2026-11', '2026-11-01T00:00:00.000Z'],
    ['the last moment with a year of four digits', 253_402_300_799_999, '9999-12-31T23:59:59.999Z'],
  ])('is read from %s', (_form, value, expected) => {
    expect(iso(value)).toBe(expected);
  });

  it.each([
    ['a word', 'soon'],
    ['a month by name', 'May'],
    ['a date as people write it', '21/11/2026'],
    ['a date in words', 'Sat, 21 Nov 2026 00:00:00 GMT'],
    ['a time of day', '12:30'],
    ['a day that no calendar has', '2026-13-01'],
    ['an hour that no clock has', '2026-11-21T25:00:00Z'],
    ['an ISO time with something behind it', '2026-11-21T00:00:00Z and more'],
    ['blank text', ' '],
    ['nothing', undefined],
    ['null', null],
    ['a truth', true],
    ['a list', [1_795_219_200]],
    ['no number', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
    ['microseconds, which would be the year 58859', 1_795_219_200_123_456],
    ['microseconds as digits', '1795219200123456'],
    ['a moment before the year 0', -62_167_219_200_001],
  ])('is not made up from %s', (_what, value) => {
    expect(toDate(value)).toBeUndefined();
  });
});

describe('a time without an offset', () => {
  const zone = process.env.TZ;
  afterEach(() => {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  });

  it.each(['America/New_York', 'Asia/Kolkata', 'UTC'])('is UTC wherever the gateway runs: %s', (host) => {
    process.env.TZ = host;
    expect(iso('2026-11-21T10:00:00')).toBe('2026-11-21T10:00:00.000Z');
    expect(iso('2026-11-21 10:00:00.5')).toBe('2026-11-21T10:00:00.500Z');
    expect(iso('2026-11-21')).toBe('2026-11-21T00:00:00.000Z');
  });
});
