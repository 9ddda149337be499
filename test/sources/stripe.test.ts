import fc from 'fast-check';
import Stripe from 'stripe';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../src/model/json.ts';
import { stripe } from '../../src/sources/stripe.ts';
import { hmac } from '../../src/sources/verify/digest.ts';
import vectorFile from '../fixtures/sources/stripe/signature-vectors.json' with { type: 'json' };
import { bytes, fixtureJson, headersOf, now, rawRequest, secret, settingsOf, signed } from './raw-request.ts';

const unixNow = now.getTime() / 1000;
const settings = settingsOf(stripe);
const body = bytes('{"id":"evt_1","type":"invoice.paid"}');
const v1 = (key = secret, time: number | string = unixNow) => hmac('sha256', key, [`${time}.`, body]).toString('hex');
const verifyHeader = (header: string) =>
  stripe.verify(rawRequest({ body, headers: { 'stripe-signature': [header] } }), settings, now);

/** Vectors that Stripe's library accepts and we do not, on purpose. */
const stricter = new Map([
  ['future-timestamp-600', 'A time in the future would let a captured request be replayed until then.'],
  ['tolerance-0-disables-check', 'There is no setting that switches the check off.'],
]);

describe('known Stripe signatures', () => {
  it.each(vectorFile.vectors)('$name', ({ name, secrets, headers, body: text, now: time, valid }) => {
    const request = rawRequest({ headers: headersOf(headers), body: bytes(text) });
    const verification = stripe.verify(request, { ...settings, secret: secrets }, new Date(time * 1000));
    expect(verification.ok).toBe(valid && !stricter.has(name));
  });

  it('differ from our verdict only where it is listed, and there as stale', () => {
    const listed = vectorFile.vectors.filter(({ name }) => stricter.has(name));
    expect(listed.map(({ valid }) => valid)).toEqual(Array(stricter.size).fill(true));
    for (const { headers, body: text, secrets, now: time } of listed) {
      const request = rawRequest({ headers: headersOf(headers), body: bytes(text) });
      const verification = stripe.verify(request, { ...settings, secret: secrets }, new Date(time * 1000));
      expect(verification).toEqual({ ok: false, reason: 'stale_timestamp' });
    }
  });
});

describe("Stripe's own library", () => {
  it('agrees on which requests are genuine', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 1 }),
        fc.constantFrom(secret, 'whsec_other'),
        (text, key) => {
          const header = Stripe.webhooks.generateTestHeaderString({ payload: text, secret: key, timestamp: unixNow });
          const request = rawRequest({ body: bytes(text), headers: { 'stripe-signature': [header] } });
          expect(stripe.verify(request, settings, now).ok).toBe(key === secret);
        },
      ),
    );
  });

  it('accepts what we would expect a sender to write', () => {
    const event = Stripe.webhooks.constructEvent(
      Buffer.from(body),
      `t=${unixNow},v1=${v1()}`,
      secret,
      300,
      undefined,
      now.getTime(),
    );
    expect(event).toMatchObject({ id: 'evt_1' });
  });
});

describe('the Stripe-Signature header', () => {
  const malformed = { ok: false, reason: 'malformed_signature' };
  const ambiguous = { ok: false, reason: 'ambiguous_signature' };
  const wrong = '0'.repeat(64);

  it.each([
    ['v1 before t', `v1=${v1()},t=${unixNow}`],
    ['unknown elements around', `v9=x,t=${unixNow},v0=${wrong},v1=${v1()},`],
    ['another v1 before', `t=${unixNow},v1=${wrong},v1=${v1()}`],
    ['a malformed v1 before', `t=${unixNow},v1=abc,v1=${v1()}`],
    ['fifteen other v1 before', `t=${unixNow}${`,v1=${wrong}`.repeat(15)},v1=${v1()}`],
  ])('is accepted with %s', (_name, header) => {
    expect(verifyHeader(header)).toEqual({ ok: true });
  });

  it('is read for sixteen signatures and no more', () => {
    const header = `t=${unixNow}${`,v1=${wrong}`.repeat(16)},v1=${v1()}`;
    expect(verifyHeader(header)).toEqual({ ok: false, reason: 'bad_signature' });
  });

  it.each([
    ['only v0', `t=${unixNow},v0=${v1()}`],
    ['no time', `v1=${v1()}`],
    ['an upper-case signature', `t=${unixNow},v1=${v1().toUpperCase()}`],
    ['half a signature', `t=${unixNow},v1=${v1().slice(0, 32)}`],
    ['an odd number of digits', `t=${unixNow},v1=${v1().slice(0, 63)}`],
    ['letters that are not hex', `t=${unixNow},v1=${'g'.repeat(64)}`],
    ['a base64 signature', `t=${unixNow},v1=${Buffer.from(v1(), 'hex').toString('base64')}`],
    ['other separators', `t=${unixNow};v1=${v1()}`],
    ['upper-case keys', `T=${unixNow},V1=${v1()}`],
  ])('is malformed with %s', (_name, header) => {
    expect(verifyHeader(header)).toEqual(malformed);
  });

  it.each([
    '',
    'abc',
    '+1793534400',
    '1793534400.0',
    '01793534400',
    '0179353440',
    '1.7935e9',
    ' 1793534400',
    '１７９３５３４４００',
  ])('is malformed with the consistently signed time %j', (time) => {
    expect(verifyHeader(`t=${time},v1=${v1(secret, time)}`)).toEqual(malformed);
  });

  it('refuses milliseconds where seconds belong', () => {
    expect(verifyHeader(`t=${now.getTime()},v1=${v1(secret, now.getTime())}`)).toEqual(malformed);
  });

  it('is ambiguous with two times, or when a proxy has joined two headers', () => {
    expect(verifyHeader(`t=${unixNow},t=${unixNow},v1=${v1()}`)).toEqual(ambiguous);
    expect(verifyHeader(`t=${unixNow},v1=${v1()},t=1,v1=${wrong}`)).toEqual(ambiguous);
    expect(verifyHeader(`t=${unixNow},v1=${v1()}, t=1,v1=${wrong}`)).toEqual(ambiguous);
  });

  it('passes 300 seconds and not 301, in both directions, whatever the milliseconds', () => {
    const request = signed(stripe, { body });
    const at = (ms: number) => stripe.verify(request, settings, new Date(now.getTime() + ms)).ok;
    expect([at(300_999), at(301_000), at(-300_000), at(-300_001)]).toEqual([true, false, true, false]);
  });
});

describe('Stripe events', () => {
  const parse = (json: Json) => stripe.parse(json, rawRequest());
  const notAnEvent = { unusable: expect.objectContaining({ reason: 'not_an_event' }) };

  it('have the id, type and time that Stripe gives', () => {
    expect(parse(fixtureJson('stripe/events/invoice.paid.basil-metadata.derived.json'))).toEqual({
      events: [
        {
          type: 'invoice.paid',
          externalId: 'evt_1Example0000000000inv02',
          occurredAt: new Date('2025-12-19T14:13:10.000Z'),
          item: null,
        },
      ],
    });
  });

  describe('that are thin', () => {
    const thin = fixtureJson('stripe/events/thin.v1.customer.created.constructed.json');
    const told = {
      type: 'v1.customer.created',
      externalId: 'evt_65RExampleThin0001',
      occurredAt: new Date('2026-11-01T12:00:00.000Z'),
      item: null,
    };
    const withKey = (apiKey: string) => stripe.settings.parse({ type: 'stripe', secret: '', api_key: apiKey });
    const parsed = (apiKey: string) => stripe.parse(thin, rawRequest(), withKey(apiKey));

    it('are kept as failed with what they tell, while nothing can be looked up', () => {
      const unusable = { reason: 'thin_event', message: expect.stringContaining('Snapshot') };
      expect(parsed('')).toEqual({ events: [{ ...told, unusable }] });
    });

    it('are events like any other with a key, by which mappings look up what they are about', () => {
      expect(parsed('rk_test_1')).toEqual({ events: [told] });
    });
  });

  it.each<[Json]>([[null], ['soon'], [-1], [0], [1e300], [{}]])(
    'count as happening on arrival when created is %j',
    (created) => {
      expect(parse({ id: 'evt_1', object: 'event', type: 'x', created })).toMatchObject({
        events: [{ occurredAt: now }],
      });
    },
  );

  it.each<[Json]>([
    [null],
    [1],
    ['text'],
    [[]],
    [[{ id: 'evt_1', type: 'x' }]],
    [{}],
    [{ id: 'evt_1' }],
    [{ type: 'x' }],
    [{ id: 1, type: 'x' }],
    [{ id: '', type: 'x' }],
    [{ id: 'evt\u0000', type: 'x' }],
    [{ id: 'evt_1', type: 'x'.repeat(201) }],
    [{ object: 'v2.core.event' }],
  ])('are not found in %j', (json) => {
    expect(parse(json)).toEqual(notAnEvent);
  });
});
