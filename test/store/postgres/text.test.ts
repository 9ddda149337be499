import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromStored, toRecords, toStored } from '../../../src/store/postgres/text.ts';

const unit = fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code));
const hostile = fc.oneof(fc.constantFrom('\0', '\u0010', '\u00100000', '\ud800', '\udc00', '\\u0000', '😀'), unit);

describe('text on its way to PostgreSQL', () => {
  it('is stored as it is where every character has a place in it', () => {
    const text = 'Zoë 😀 \n\t "quoted" \\u0000 \u0001';
    expect(toStored(text)).toBe(text);
  });

  it('comes back as it was but for half characters, whatever is in it, and never holds what cannot be stored', () => {
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 12 }), (parts) => {
        const text = parts.join('');
        const stored = toStored(text);
        expect(stored.isWellFormed() && !stored.includes('\0')).toBe(true);
        expect(fromStored(stored)).toBe(text.toWellFormed());
      }),
    );
  });

  it('is escaped in records too, in every member of every row', () => {
    fc.assert(
      fc.property(fc.array(hostile, { maxLength: 12 }), (parts) => {
        const text = parts.join('');
        const [row] = JSON.parse(toRecords([{ text, none: null, count: 1 }]));
        expect(row).toEqual({ text: toStored(text), none: null, count: 1 });
      }),
    );
  });
});
