import { describe, expect, it } from 'vitest';
import { received } from '../../../src/demo/stand-ins/judgement.ts';
import { serveStandIn } from '../../../src/demo/stand-ins/stand-in.ts';
import { closesStandIns, post } from './replay.ts';

const opened = closesStandIns();

/** A destination that takes everything. */
const start = () =>
  opened(
    serveStandIn('anything', ({ text }) => ({
      answer: { status: 200, body: { ok: true } },
      fates: [received({ text }, { dedupeId: text, person: null })],
    })),
  );

describe('a stand-in', () => {
  it('remembers what it received, without the headers that carry secrets', async () => {
    const standIn = await start();
    await post(`${standIn.url}/in?token=secret`, { a: 1 }, { authorization: 'Basic c2VjcmV0', 'x-trace': '7' });
    expect(standIn.received).toMatchObject([{ path: '/in', body: { a: 1 }, headers: { 'x-trace': '7' } }]);
    expect(JSON.stringify(standIn.received)).not.toMatch(/secret|c2VjcmV0/);
  });

  it('lists every dedupe id once', async () => {
    const standIn = await start();
    for (const id of ['a', 'b', 'a']) await post(standIn.url, id);
    expect(standIn.received).toHaveLength(3);
    expect(standIn.distinct()).toEqual(['a', 'b']);
  });

  it('wakes whoever waits as soon as the count is reached', async () => {
    const standIn = await start();
    const order: string[] = [];
    const waiting = standIn.waitFor(2).then(() => order.push('woken'));
    await post(standIn.url, '1');
    order.push('first');
    await post(standIn.url, '2');
    await waiting;
    expect(order).toEqual(['first', 'woken']);
    await standIn.waitFor(1);
  });

  it('gives its scripted answers to one request each and then judges again', async () => {
    const standIn = await start();
    standIn.answerNext(
      { status: 429, headers: { 'retry-after': '2' }, body: { slow: 'down' } },
      { status: 302, headers: { location: '/elsewhere' } },
      { status: 200, body: '{"beep":"boop"}' },
    );
    const replies = [await post(standIn.url, '1'), await post(standIn.url, '2'), await post(standIn.url, '3')];
    expect(replies.map(({ status }) => status)).toEqual([429, 302, 200]);
    expect(replies[0]).toMatchObject({ body: '{"slow":"down"}', headers: { 'retry-after': '2' } });
    expect(replies[1]).toMatchObject({ headers: { location: '/elsewhere' } });
    expect(standIn.refused.map(({ status, reason }) => [status, reason])).toEqual([
      [429, 'scripted'],
      [302, 'scripted'],
    ]);
    expect(standIn.dropped.map(({ reason }) => reason)).toEqual(['scripted']);
    expect(standIn.received).toEqual([]);
    expect(await post(standIn.url, '4')).toMatchObject({ status: 200, body: '{"ok":true}' });
    expect(standIn.distinct()).toEqual(['4']);
  });

  it('answers late when told to, and has taken the request all the same', async () => {
    const standIn = await start();
    const gate = Promise.withResolvers<void>();
    standIn.answerNext({ delayUntil: gate.promise });
    const order: string[] = [];
    const late = post(standIn.url, 'late').then(() => order.push('answered'));
    await standIn.waitFor(1);
    await post(standIn.url, 'next');
    order.push('gate opens');
    gate.resolve();
    await late;
    expect(order).toEqual(['gate opens', 'answered']);
  });

  it('resets the connection, losing the request or only its answer', async () => {
    const standIn = await start();
    standIn.answerNext({ status: 'reset' }, { status: 'reset', taken: true });
    await expect(post(standIn.url, 'lost')).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(standIn.received).toEqual([]);
    await expect(post(standIn.url, 'taken')).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(standIn.distinct()).toEqual(['taken']);
    expect(standIn.requests).toHaveLength(2);
  });

  it('hangs until it is closed', async () => {
    const standIn = await start();
    standIn.hang();
    const hanging = expect(post(standIn.url, 'x')).rejects.toMatchObject({ code: 'ECONNRESET' });
    await standIn.waitFor(1, 'requests');
    expect(standIn.received).toEqual([]);
    await standIn.close();
    await hanging;
  });
});
