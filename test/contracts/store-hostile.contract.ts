/** Texts that senders and destinations may send and hardly any database likes. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Outcome } from '../../src/model/attempt.ts';
import type { Store } from '../../src/store/store.ts';
import {
  aDraft,
  anAttempt,
  anEvent,
  aRequest,
  at,
  claimDelivery,
  claimOne,
  externalIds,
  settleDeliveries,
  settledAs,
  translated,
} from './store-samples.ts';

const texts = [
  ['a NUL', 'a\0b'],
  ['nothing but NULs', '\0\0'],
  ['what an escape could look like', '\u00100000 \\u0000 \\x00 %00'],
  ['control characters', '\u0001\u001b[31m\u007f'],
  ['characters beyond the first plane', '😀𝒵'],
  ['quotes and backslashes', `'"\\{}[],;--$1`],
  ['a byte order mark', '\ufefftext'],
  ['a megabyte', 'x\0'.repeat(512 * 1024)],
] as const;

export function describeHostileTexts(opened: { readonly store: Store }): void {
  let store: Store;

  beforeEach(() => {
    store = opened.store;
  });

  it('works on an event with half of a surrogate pair in its texts as on any other', async () => {
    const half = 'half \ud83d';
    const event = anEvent({ externalId: half, type: half });
    await store.recordRequest(aRequest({ headers: { 'x-text': half }, events: [event] }));

    expect(await store.recordRequest(aRequest({ events: [event] }))).toEqual({ accepted: 0, duplicates: 1 });
    const draft = aDraft({ outgoingId: half, payload: half, person: half });
    expect(await store.settleTranslations([translated(await claimOne(store), [draft])])).toEqual([true]);
    const delivery = await claimDelivery(store);
    expect(await settleDeliveries(store, [settledAs(delivery)])).toEqual([true]);
    expect(await store.getDelivery(delivery.id)).toMatchObject({ history: [{ outcome: { kind: 'delivered' } }] });
  });

  describe.each(texts)('a text with %s', (_, text) => {
    it('comes back as it was from a request and its event', async () => {
      const headers = { 'x-text': text };
      const event = anEvent({ externalId: text, type: text });
      await store.recordRequest(aRequest({ headers, url: `https://x.example/?${text}`, events: [event] }));

      expect(await store.recordRequest(aRequest({ events: [event] }))).toEqual({ accepted: 0, duplicates: 1 });
      const claimed = await claimOne(store);
      expect(claimed).toMatchObject({ externalId: text, type: text, headers, url: `https://x.example/?${text}` });
      expect(externalIds((await store.listEvents({ type: text }, { limit: 5 })).items)).toEqual([text]);
      expect((await store.listEvents({ type: `${text}!` }, { limit: 5 })).items).toEqual([]);
    });

    it('comes back as it was from what was made of it', async () => {
      await store.recordRequest(aRequest());
      const event = await claimOne(store);
      const draft = aDraft({ payload: JSON.stringify({ text }), outgoingId: text.slice(0, 100) });
      await store.settleTranslations([{ ...translated(event, [draft]), runs: [text] }]);
      const delivery = await claimDelivery(store);
      const outcome: Outcome = {
        kind: 'fail',
        reason: 'rejected',
        message: text,
        response: { status: 400, body: text },
      };
      await settleDeliveries(store, [settledAs(delivery, outcome)]);

      const detail = await store.getEvent(event.id);
      expect(detail?.runs).toEqual([text]);
      expect(detail?.deliveries[0]).toMatchObject({ ...draft, history: [{ outcome }] });
      expect((await store.listDeliveries({}, { limit: 1 })).items).toMatchObject([{ lastMessage: text }]);
    });

    it('comes back as it was from why an event failed', async () => {
      const unusable = { reason: 'not_json', message: text } as const;
      await store.recordRequest(aRequest({ events: [anEvent({ unusable })] }));

      expect((await store.listEvents({ status: 'failed' }, { limit: 1 })).items).toMatchObject([unusable]);
    });
  });

  it('knows an event again whose id breaks off in the middle of a character', async () => {
    const request = aRequest({ events: [anEvent({ externalId: 'a\ud800' })] });

    expect(await store.recordRequest(request)).toEqual({ accepted: 1, duplicates: 0 });
    expect(await store.recordRequest(request)).toEqual({ accepted: 0, duplicates: 1 });
  });

  it('replaces half a character in every text, whole as it is by its digest, and keeps a NUL', async () => {
    const text = 'a\0b\ud83d';
    const whole = 'a\0b\ufffd';
    const unusable = { reason: 'not_json', message: text } as const;
    const request = aRequest({
      ...{ kind: text, url: text, headers: { 'x-text': text } },
      events: [anEvent({ externalId: text, type: text }), anEvent({ externalId: `${text}2`, type: text, unusable })],
    });
    await store.recordRequest(request);
    expect(await store.recordRequest(request)).toEqual({ accepted: 0, duplicates: 2 });

    const event = await claimOne(store);
    expect(event).toMatchObject({ externalId: whole, type: whole, kind: whole, url: whole });
    expect(event.headers).toEqual({ 'x-text': text });
    const draft = aDraft({ mapping: { file: text, version: text }, payload: text, outgoingId: text, person: text });
    await store.settleTranslations([{ ...translated(event, [draft]), runs: [text] }]);
    const delivery = await claimDelivery(store);
    expect(delivery).toMatchObject({ payload: whole, outgoingId: whole, person: whole });
    expect(delivery.mapping).toEqual({ file: whole, version: whole });
    const outcome: Outcome = { kind: 'fail', reason: 'rejected', message: text, response: { status: 400, body: text } };
    const settlement = { delivery, attempt: anAttempt(delivery, outcome), settledAt: at(4_000) };
    await store.settleDeliveries({
      destination: 'segment',
      settlements: [{ ...settlement, to: 'dead', reason: 'rejected', cause: text }],
      observe: (lane) => ({
        ...lane,
        circuit: { state: 'open', trouble: 'failing', message: text, since: at(0), probeAt: at(1) },
      }),
    });

    const detail = await store.getEvent(event.id);
    expect(detail?.isDamaged).toBeUndefined();
    expect(detail?.runs).toEqual([text]);
    const response = { status: 400, body: whole };
    expect(detail?.deliveries).toMatchObject([{ history: [{ outcome: { message: whole, response } }] }]);
    expect((await store.lanes())[0]?.circuit).toMatchObject({ message: whole });
    expect((await store.listEvents({ status: 'failed', type: text }, { limit: 5 })).items).toMatchObject([
      { externalId: `${whole}2`, type: whole, message: whole },
    ]);
    expect(await store.examine(new AbortController().signal)).toBe(true);
    expect((await store.condition()).damages).toEqual([]);
  });

  it('knows what is gone again whose id breaks off in the middle of a character', async () => {
    const body = Buffer.from('{"email":"ada@example.com"}');
    const request = aRequest({ body, events: [anEvent({ externalId: 'a\ud800' })] });
    await store.recordRequest(request);
    await store.forget({ kind: 'email', value: 'ada@example.com' });

    expect(await store.recordRequest(request)).toEqual({ accepted: 0, duplicates: 1 });
  });

  it.each(texts.slice(0, -1))('links identifiers with %s, and joins by them once', async (_, text) => {
    await store.recordRequest(aRequest());
    const event = await claimOne(store);
    const [user, visitor] = [
      { kind: 'user_id', value: `user ${text}` },
      { kind: 'anonymous_id', value: `visitor ${text}` },
    ];
    await store.stitch([{ event, identifiers: [user, visitor] }]);
    const join = { userId: text, anonymousId: 'x'.repeat(10_000), isAll: true };
    await store.settleTranslations([
      translated(
        event,
        [
          { ...aDraft(), join },
          { ...aDraft(), join },
        ],
        at(2_000),
      ),
    ]);

    expect(await store.resolve([[visitor]])).toMatchObject([{ userId: user.value }]);
    expect(await store.findPerson(visitor)).toMatchObject({ userId: user.value });
    expect((await store.stats()).deliveries.pending).toBe(1);
  });
}
