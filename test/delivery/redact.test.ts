import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redact } from '../../src/delivery/redact.ts';

describe('redact', () => {
  it.each([
    ['as it is', 'key+one/two=', 'bad key: key+one/two=!'],
    ['percent-encoded', 'key+one/two=', '/api?token=key%2Bone%2Ftwo%3D&x=1'],
    ['form-encoded', 'key one*two~', 'token=key+one*two%7E'],
    ['JSON-escaped', 'key"one\\two', '{"token":"key\\"one\\\\two"}'],
    ['as a Basic credential', 'write-key-1', `Basic ${Buffer.from('write-key-1:').toString('base64')}`],
    ['in base 64', 'write-key-1', `echo ${Buffer.from('write-key-1').toString('base64')}`],
  ])('hides a secret %s', (_form, secret, text) => {
    const hidden = redact(text, ['another-secret', secret]);
    expect(hidden).toContain('[redacted]');
    expect(hidden).not.toMatch(/one|two|write|d3Jp/);
  });

  it('hides every occurrence and leaves the rest alone', () => {
    expect(redact('a tok_123 b tok_123 c', ['tok_123'])).toBe('a [redacted] b [redacted] c');
    expect(redact('nothing to hide', ['tok_123'])).toBe('nothing to hide');
    expect(redact('nothing to hide', [])).toBe('nothing to hide');
  });

  it('hides the longer of two secrets that begin alike', () => {
    expect(redact('tok_123456', ['tok_123', 'tok_123456'])).toBe('[redacted]');
  });

  it('takes characters with a meaning in patterns for what they are', () => {
    expect(redact('a.b*c(d', ['a.b*c(d'])).toBe('[redacted]');
    expect(redact('aXbbc(d', ['a.b*c(d'])).toBe('aXbbc(d');
  });

  it('hides a secret that is not well-formed text', () => {
    expect(redact('a tok_\ud800_123 b', ['tok_\ud800_123'])).toBe('a [redacted] b');
  });

  it('leaves words alone that are too short to be a secret', () => {
    expect(redact('a test', ['', 'test'])).toBe('a test');
  });

  it('lets no secret through, whatever surrounds it', () => {
    // A secret that the mark itself spells out, in part or together with what surrounds it, cannot be hidden by it.
    const secret = fc
      .string({ unit: 'grapheme', minLength: 6 })
      .filter((text) => text.length >= 6 && !/[[\]]/.test(text) && !'redacted'.includes(text));
    const secrets = fc.array(secret, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(secrets, fc.array(fc.string(), { minLength: 5, maxLength: 5 }), (hidden, around) => {
        const forms = hidden.flatMap((secret) => [secret, encodeURIComponent(secret.toWellFormed())]);
        const text = around.map((part, index) => part + (forms[index] ?? '')).join('');
        for (const secret of hidden) expect(redact(text, hidden)).not.toContain(secret);
      }),
    );
  });
});
