import { describe, expect, it } from 'vitest';
import { readUrlState, urlWith } from '../../src/console/state/url-text.ts';
import { bytes, counted, share, shortNumber } from '../../src/console/ui/number-text.ts';
import { lineLengthMax, textLines, visibleText } from '../../src/console/ui/text-lines.ts';
import { absoluteTime, duration, relativeTime } from '../../src/console/ui/time-text.ts';
import { payloadName } from '../../src/console/views/event/payload-name.ts';
import { sinceOf } from '../../src/console/views/events/since.ts';

const now = Date.UTC(2026, 10, 21, 12, 0, 0);
const minutes = 60_000;
const hours = 60 * minutes;

describe('a moment', () => {
  it.each([
    [now - 3_000, 'just now'],
    [now - 42_000, '42s ago'],
    [now - 3 * minutes, '3m ago'],
    [now - 119 * minutes, '1h ago'],
    [now - 50 * hours, '2d ago'],
    [now + 3_000, 'now'],
    [now + 4 * minutes, 'in 4m'],
  ])('is told from now: %i is %s', (at, text) => {
    expect(relativeTime(at, now)).toBe(text);
  });

  it('has its day only where that is not today', () => {
    expect(absoluteTime(now, now)).toMatch(/^\d\d:\d\d:\d\d$/);
    expect(absoluteTime(now - 72 * hours, now)).toMatch(/^18 Nov \d\d:\d\d:\d\d$/);
  });
});

describe('a figure', () => {
  it.each([
    [duration(38.4), '38 ms'],
    [duration(1_240), '1.2 s'],
    [duration(95_000), '95 s'],
    [duration(15 * minutes), '15 min'],
    [duration(30 * hours), '30 h'],
    [duration(72 * hours), '3 d'],
    [bytes(812), '812 B'],
    [bytes(4_120), '4.1 KB'],
    [bytes(1_240_000), '1.2 MB'],
    [shortNumber(9_999), '9,999'],
    [shortNumber(12_340), '12.3K'],
    [counted(1, 'delivery', 'deliveries'), '1 delivery'],
    [counted(1_204, 'event'), '1,204 events'],
  ])('is %s', (text, expected) => {
    expect(text).toBe(expected);
  });

  it('never rounds a share to all or nothing', () => {
    expect(share(0, 10)).toBe('0%');
    expect(share(10, 10)).toBe('100%');
    expect(share(99_999, 100_000)).toBe('>99.9%');
    expect(share(1, 100_000)).toBe('<0.1%');
    expect(share(0, 0)).toBe('–');
  });
});

describe('filters in the address', () => {
  it('are read by name, and empty where nothing is said', () => {
    expect(readUrlState('?q=a%20b&x=1', ['q', 'source'])).toEqual({ q: 'a b', source: '' });
  });

  it('change one by one, and leave what is not theirs', () => {
    expect(urlWith('/events?q=a&x=1', { q: '', source: 'stripe' })).toBe('/events?x=1&source=stripe');
    expect(urlWith('/events?q=a', { q: '' })).toBe('/events');
  });

  it('begin a window at a moment that stays the same for a while', () => {
    const begun = sinceOf('1h', now + 1_000);
    expect(begun).toBe('2026-11-21T11:00:00.000Z');
    expect(sinceOf('1h', now + 59_000)).toBe(begun);
    expect(sinceOf('', now)).toBe('');
  });
});

describe('a text of a sender', () => {
  it('is cut where a line is too long to be laid out at once', () => {
    const lines = textLines(`first\r\n${'x'.repeat(2 * lineLengthMax + 1)}\nlast`);
    expect(lines.map(({ length }) => length)).toEqual([5, lineLengthMax, lineLengthMax, 1, 4]);
  });

  it('shows control characters, and what turns the reading direction, as what they are', () => {
    expect(visibleText('a\u0000b\u202ec\td')).toBe('a\ufffdb\ufffdc  d');
  });
});

describe('what a payload is about', () => {
  it.each([
    [{ type: 'track', event: 'Order Completed' }, 'Order Completed'],
    [{ event_type: 'Signed Up' }, 'Signed Up'],
    [{ type: 'event', payload: { name: 'Paid' } }, 'Paid'],
    [{ type: 'identify', payload: {} }, 'identify'],
    [[1, 2], ''],
    ['text', ''],
    [null, ''],
  ])('is told of %j', (payload, name) => {
    expect(payloadName(payload)).toBe(name);
  });
});
