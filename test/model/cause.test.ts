import { describe, expect, it } from 'vitest';
import { causeOf } from '../../src/model/cause.ts';

describe('causeOf', () => {
  it.each([
    ['answered 400: no user "ada" in project 4711', 'answered <n>: no user "…" in project <n>'],
    ['answered 400: {"error":"bad_amount","user":"ada"}', 'answered <n>: {"error":"bad_amount","user":"…"}'],
    [
      'answered 422: {"errors":[{"path":"amount"},"is no number at all"]}',
      'answered <n>: {"errors":[{"path":"…"},"is no number at all"]}',
    ],
    ['ada.lovelace+x@example.co.uk is not known', '<email> is not known'],
    ['event 0b5f2c1e-0000-8000-8000-000000000001 is late', 'event <id> is late'],
    ['stale since 2026-11-25T10:00:00.000Z', 'stale since <time>'],
    ['customer cus_9s6XKzkNRiz8i3 is gone', 'customer <id> is gone'],
    ['ECONNREFUSED 127.0.0.1:3000', 'ECONNREFUSED <n>:<n>'],
  ])('leaves out of "%s" what the next delivery has otherwise', (message, cause) => {
    expect(causeOf(message)).toBe(cause);
  });

  it('tells apart what went wrong differently', () => {
    expect(causeOf('event_attributes.amount: is no number')).not.toBe(causeOf('user.email: is no e-mail address'));
  });

  it('is short, whatever the message', () => {
    expect(causeOf('x '.repeat(10_000)).length).toBeLessThanOrEqual(160);
  });
});
