import { describe, expect, it } from 'vitest';
import { advice, vendorText } from '../../src/destinations/answer.ts';
import { answerWith } from './recorded.ts';

describe('the message of a failed attempt', () => {
  it('puts what to do before what was said, on one line', () => {
    expect(advice('Check the key.', ' not\n\tfound ')).toBe('Check the key. The answer: not found');
    expect(advice('Check the key.', '\n')).toBe('Check the key.');
  });

  it('ends at 300 characters', () => {
    expect(advice('Check the key.', 'x'.repeat(400))).toHaveLength(300);
  });

  it('never ends in the middle of a character', () => {
    for (const text of ['😀'.repeat(200), `x${'😀'.repeat(200)}`, '\ud83d'])
      expect(advice('Check the key.', text).isWellFormed()).toBe(true);
  });

  it('loses a secret before it is cut, so that no half of one is left', () => {
    for (let padding = 240; padding < 300; padding += 1) {
      expect(advice('No.', `${'x'.repeat(padding)}hunter2hunter2`, ['hunter2hunter2', ''])).not.toContain('hunt');
    }
  });

  it.each([
    { body: { message: 'a' }, text: 'a' },
    { body: { error: 'b' }, text: 'b' },
    { body: { error: { message: 'c' } }, text: 'c' },
    { body: { other: 'd' }, text: '{"other":"d"}' },
    { body: 'plain words', text: 'plain words' },
  ])('quotes "$text" from $body', ({ body, text }) => {
    expect(vendorText(answerWith(400, body))).toBe(text);
  });
});
