import { describe, expect, it } from 'vitest';
import { classifyAnswer, classifyFailure, failureOutcome, outcomes } from '../../src/delivery/classify.ts';
import type { Answer, Verdict } from '../../src/model/attempt.ts';

const now = new Date('2026-03-01T12:00:00Z');
const secret = 'wk_live_51H8x';

const anAnswer = (status: number, parts: Partial<Answer> = {}): Answer => ({ status, headers: {}, body: '', ...parts });
const context = { count: 1, now, secrets: [secret] };

describe('classifyAnswer', () => {
  it.each([200, 201, 202, 204, 299])('takes %i for a delivery', (status) => {
    expect(classifyAnswer(anAnswer(status), now)).toEqual({ kind: 'delivered' });
  });

  it.each([
    [400, { kind: 'fail', reason: 'rejected' }],
    [401, { kind: 'retry', reason: 'unauthorized', lane: 'credentials' }],
    [402, { kind: 'fail', reason: 'rejected' }],
    [403, { kind: 'fail', reason: 'rejected' }],
    [404, { kind: 'fail', reason: 'rejected' }],
    [405, { kind: 'fail', reason: 'rejected' }],
    [408, { kind: 'retry', reason: 'timeout' }],
    [410, { kind: 'retry', reason: 'rejected', lane: 'gone' }],
    [413, { kind: 'fail', reason: 'rejected' }],
    [414, { kind: 'fail', reason: 'rejected' }],
    [415, { kind: 'fail', reason: 'rejected' }],
    [418, { kind: 'fail', reason: 'rejected' }],
    [422, { kind: 'fail', reason: 'rejected' }],
    [425, { kind: 'retry', reason: 'timeout' }],
    [429, { kind: 'retry', reason: 'throttled', lane: 'throttled' }],
    [500, { kind: 'retry', reason: 'server_error' }],
    [501, { kind: 'fail', reason: 'server_error' }],
    [502, { kind: 'retry', reason: 'server_error' }],
    [503, { kind: 'retry', reason: 'server_error' }],
    [504, { kind: 'retry', reason: 'server_error' }],
    [505, { kind: 'fail', reason: 'server_error' }],
    [529, { kind: 'retry', reason: 'server_error' }],
    [999, { kind: 'retry', reason: 'server_error' }],
  ])('gives %i its meaning and the words of the answer', (status, verdict) => {
    const answer = anAnswer(status, { body: '{\n  "error": "no such\tevent"\n}' });
    const message = `answered ${status}: { "error": "no such event" }`;
    expect(classifyAnswer(answer, now)).toEqual({ ...verdict, message });
    expect(classifyAnswer(anAnswer(status), now)).toEqual({ ...verdict, message: `answered ${status}` });
  });

  it.each([429, 503])('waits as long as a %i asks for', (status) => {
    const answer = anAnswer(status, { headers: { 'retry-after': '120' } });
    expect(classifyAnswer(answer, now)).toMatchObject({ kind: 'retry', retryAfterMs: 120_000 });
  });

  it('ignores Retry-After where it means something else', () => {
    const answer = anAnswer(500, { headers: { 'retry-after': '120' } });
    expect(classifyAnswer(answer, now)).not.toHaveProperty('retryAfterMs');
  });

  it.each([
    [
      'https://new.example/v2/track?token=secret#top',
      'destination moved to https://new.example/v2/track; change its url in gateway.yaml',
    ],
    ['https://user:pass@new.example/', 'destination moved to https://new.example/; change its url in gateway.yaml'],
    ['/login?next=%2Fv1', 'destination moved to /login; change its url in gateway.yaml'],
    ['//new.example/in', 'destination moved to //new.example/in; change its url in gateway.yaml'],
    [undefined, 'answered 302 without saying where the destination moved'],
  ])('says where a destination moved (%s)', (location, message) => {
    const headers: Record<string, string> = location === undefined ? {} : { location };
    expect(classifyAnswer(anAnswer(302, { headers }), now)).toEqual({ kind: 'fail', reason: 'redirected', message });
  });

  it('keeps a message to one short line without control characters', () => {
    const { message } = classifyAnswer(anAnswer(500, { body: `\u001b[31m${'long '.repeat(20_000)}` }), now) as {
      message: string;
    };
    expect(message).toMatch(/^answered 500: \[31mlong long .*…$/);
    expect(message.length).toBeLessThan(250);
  });
});

describe('classifyFailure', () => {
  it.each([
    ['timeout', 'retry'],
    ['unreachable', 'retry'],
    ['invalid_payload', 'fail'],
  ] as const)('makes of %s a %s', (reason, kind) => {
    expect(classifyFailure({ reason, message: 'why', sent: false })).toEqual({ kind, reason, message: 'why' });
  });
});

describe('outcomes', () => {
  it('follows the status where the destination has nothing to say', () => {
    expect(outcomes(undefined, anAnswer(200, { body: 'fine' }), { ...context, count: 2 })).toEqual([
      { kind: 'delivered', response: { status: 200, body: 'fine' } },
      { kind: 'delivered', response: { status: 200, body: 'fine' } },
    ]);
  });

  it('lets the destination overrule the status, for all deliveries at once', () => {
    const filtered: Verdict = { kind: 'fail', reason: 'filtered', message: 'taken for a bot' };
    const response = { status: 200, body: '{"beep":"boop"}' };
    expect(outcomes(filtered, anAnswer(200, { body: '{"beep":"boop"}' }), { ...context, count: 2 })).toEqual([
      { ...filtered, response },
      { ...filtered, response },
    ]);
  });

  it('gives each delivery of a batch its own verdict, and never counts a forgotten one as delivered', () => {
    const read: readonly Verdict[] = [{ kind: 'delivered' }, { kind: 'fail', reason: 'rejected', message: 'no name' }];
    expect(outcomes(read, anAnswer(200), { ...context, count: 3 })).toMatchObject([
      { kind: 'delivered' },
      { kind: 'fail', reason: 'rejected' },
      { kind: 'retry', message: 'the answer says nothing about this event' },
    ]);
  });

  it('bounds the wait a destination asks for, and finds the one it overlooked', () => {
    const retry: Verdict = { kind: 'retry', reason: 'throttled', message: 'slow down' };
    const answer = anAnswer(429, { headers: { 'retry-after': '30' } });
    expect(outcomes(retry, answer, context)).toMatchObject([{ retryAfterMs: 30_000 }]);
    expect(outcomes({ ...retry, retryAfterMs: 5 }, answer, context)).toMatchObject([{ retryAfterMs: 1_000 }]);
    expect(outcomes({ ...retry, retryAfterMs: 1e12 }, answer, context)).toMatchObject([{ retryAfterMs: 21_600_000 }]);
  });

  it('keeps the first 2 KB of an answer', () => {
    const [outcome] = outcomes(undefined, anAnswer(500, { body: 'x'.repeat(65_536) }), context);
    expect(outcome?.response).toEqual({ status: 500, body: 'x'.repeat(2_048) });
  });

  it('keeps nothing that a database would refuse', () => {
    const body = `\0${'x'.repeat(2_046)}😀`;
    const [outcome] = outcomes(undefined, anAnswer(200, { body }), context);
    expect(outcome?.response?.body).toBe(`\ufffd${'x'.repeat(2_046)}\ufffd`);
  });

  it.each([
    ['of the body', anAnswer(400, { body: `${'x'.repeat(150)} key ${secret} is wrong` })],
    ['cut at the end of the message', anAnswer(400, { body: `${'x'.repeat(195)}${secret}` })],
    ['cut at the end of what is kept', anAnswer(400, { body: `${'x'.repeat(2_040)}${secret}` })],
    ['of a Location', anAnswer(308, { headers: { location: `https://new.example/${secret}/track` } })],
  ])('hides a secret in the words %s', (_where, answer) => {
    const kept = JSON.stringify(outcomes(undefined, answer, context));
    expect(kept).not.toContain(secret.slice(0, 5));
  });

  it("hides a secret in a destination's own message", () => {
    const read: Verdict = { kind: 'fail', reason: 'rejected', message: `unknown key ${secret}` };
    expect(outcomes(read, anAnswer(400), context)).toMatchObject([{ message: 'unknown key [redacted]' }]);
  });
});

describe('failureOutcome', () => {
  it('has no response to keep and hides secrets', () => {
    const failure = { reason: 'unreachable', message: `ENOTFOUND ${secret}.example`, sent: false } as const;
    expect(failureOutcome(failure, [secret])).toEqual({
      kind: 'retry',
      reason: 'unreachable',
      message: 'ENOTFOUND [redacted].example',
    });
  });
});
