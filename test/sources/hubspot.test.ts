import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../src/model/json.ts';
import { hubspot } from '../../src/sources/hubspot.ts';
import { hmac, sha256 } from '../../src/sources/verify/digest.ts';
import vectorFile from '../fixtures/sources/hubspot/signature-vectors.json' with { type: 'json' };
import { bytes, fixtureJson, headersOf, now, rawRequest, secret, settingsOf, signed } from './raw-request.ts';

const settings = settingsOf(hubspot);
const allVersions = { ...settings, signatures: ['v1', 'v2', 'v3'] as ('v1' | 'v2' | 'v3')[] };
const body = bytes('[{"subscriptionType":"contact.creation"}]');
const url = 'https://hooks.example.com/in/hubspot';

describe('known HubSpot signatures', () => {
  it.each(vectorFile.vectors)(
    '$name',
    ({ secret: key, method, url: signedUrl, headers, body: text, now_ms, valid }) => {
      const request = rawRequest({ method, url: signedUrl, headers: headersOf(headers), body: bytes(text) });
      expect(hubspot.verify(request, { ...allVersions, secret: [key] }, new Date(now_ms ?? 0)).ok).toBe(valid);
    },
  );

  it('of versions 1 and 2 are refused unless listed', () => {
    const plain = vectorFile.vectors.filter(({ version }) => version !== 'v3');
    expect(plain).toHaveLength(5);
    for (const { secret: key, method, url: signedUrl, headers, body: text } of plain) {
      const request = rawRequest({ method, url: signedUrl, headers: headersOf(headers), body: bytes(text) });
      const verification = hubspot.verify(request, { ...settings, secret: [key] }, now);
      expect(verification).toEqual({ ok: false, reason: 'missing_signature' });
    }
  });
});

describe('version 3', () => {
  const sign = (parts: { method?: string; url?: string; timestamp?: string }) => {
    const { method = 'POST', url: signedUrl = url, timestamp = `${now.getTime()}` } = parts;
    return {
      'x-hubspot-signature-v3': [hmac('sha256', secret, [method, signedUrl, body, timestamp]).toString('base64')],
      'x-hubspot-request-timestamp': [timestamp],
    };
  };

  it.each([
    ['all twelve escapes', '?q=%3A%2F%3F%40%21%24%27%28%29%2A%2C%3B', "?q=:/?@!$'()*,;"],
    ['no other escape', '?q=%20%26%3D%2B%25%23%E9', '?q=%20%26%3D%2B%25%23%E9'],
    ['no escape twice', '?q=%253A', '?q=%253A'],
    ['no lower-case escape', '?q=%3a%2f', '?q=%3a%2f'],
  ])('signs a URL with %s decoded', (_name, query, decoded) => {
    const request = rawRequest({ body, url: `${url}${query}`, headers: sign({ url: `${url}${decoded}` }) });
    expect(hubspot.verify(request, settings, now)).toEqual({ ok: true });
  });

  it.each(['PUT', 'GET', 'post', ''])('covers the method: not %j', (method) => {
    const request = rawRequest({ body, url, method, headers: sign({}) });
    expect(hubspot.verify(request, settings, now)).toEqual({ ok: false, reason: 'bad_signature' });
  });

  it.each(['abc', '1793534400', '17935344000000', '+793534400000', '0793534400000', '1793534400.00', '1.79353440e12'])(
    'takes no time written as %j, however well signed',
    (timestamp) => {
      const request = rawRequest({ body, url, headers: sign({ timestamp }) });
      expect(hubspot.verify(request, settings, now)).toEqual({ ok: false, reason: 'malformed_signature' });
    },
  );

  it('passes five minutes to the millisecond', () => {
    const request = signed(hubspot, { body, url });
    const at = (ms: number) => hubspot.verify(request, settings, new Date(now.getTime() + ms)).ok;
    expect([at(300_000), at(300_001), at(-300_000), at(-300_001)]).toEqual([true, false, true, false]);
  });
});

describe('versions 1 and 2', () => {
  const plainHeaders = (version: string, signature: string) => ({
    'x-hubspot-signature': [signature],
    'x-hubspot-signature-version': [version],
  });
  const v1 = (content: Uint8Array) => plainHeaders('v1', sha256([secret, content]).toString('hex'));
  const v2 = (signedUrl: string) => plainHeaders('v2', sha256([secret, 'POST', signedUrl, body]).toString('hex'));
  const verify = (headers: Record<string, string[]>, parts: { url?: string; body?: Uint8Array } = {}) =>
    hubspot.verify(rawRequest({ body, url, ...parts, headers }), allVersions, now);

  it('are accepted when listed', () => {
    expect(verify(v1(body))).toEqual({ ok: true });
    expect(verify(v2(url))).toEqual({ ok: true });
  });

  it('sign the URL as it is, without decoding', () => {
    const encoded = `${url}?q=%3A`;
    expect(verify(v2(encoded), { url: encoded })).toEqual({ ok: true });
    expect(verify(v2(`${url}?q=:`), { url: encoded })).toEqual({ ok: false, reason: 'bad_signature' });
  });

  it('never stand in for a version 3 that is there and wrong', () => {
    const genuine = signed(hubspot, { body, url }).headers;
    const other = { 'x-hubspot-signature-v3': [hmac('sha256', 'other', [body]).toString('base64')] };
    expect(verify({ ...v1(body), ...other })).toEqual({ ok: false, reason: 'missing_signature' });
    const both = { ...v1(body), ...genuine, ...other } as Record<string, string[]>;
    expect(verify(both)).toEqual({ ok: false, reason: 'bad_signature' });
    expect(verify({ ...v1(body), 'x-hubspot-signature-v3': [''] })).toEqual({ ok: false, reason: 'missing_signature' });
  });

  it.each(['v3', 'v0', 'V1', 'v1 ', 'constructor', '__proto__', ''])('do not include %j', (version) => {
    const { 'x-hubspot-signature': signature } = v1(body);
    const headers = { 'x-hubspot-signature': signature, 'x-hubspot-signature-version': [version] };
    expect(verify(headers)).toEqual({ ok: false, reason: 'missing_signature' });
  });

  it('need to be told which, once', () => {
    const { 'x-hubspot-signature': signature } = v1(body);
    expect(verify({ 'x-hubspot-signature': signature })).toEqual({ ok: false, reason: 'missing_signature' });
    const twice = { 'x-hubspot-signature': signature, 'x-hubspot-signature-version': ['v1', 'v1'] };
    expect(verify(twice)).toEqual({ ok: false, reason: 'ambiguous_signature' });
  });

  it.each([
    ['upper case', sha256([secret, body]).toString('hex').toUpperCase()],
    ['base64', sha256([secret, body]).toString('base64')],
    ['too short', sha256([secret, body]).toString('hex').slice(2)],
  ])('are malformed in %s', (_name, signature) => {
    expect(verify(plainHeaders('v1', signature))).toEqual({ ok: false, reason: 'malformed_signature' });
  });

  it('refuse a body that is not UTF-8, even with the right hash: such is a length extension', () => {
    const extended = Uint8Array.from([...body, 0x80, 0, 0, 0, 0, 0, 0, 1, ...bytes('[]')]);
    expect(verify(v1(extended), { body: extended })).toEqual({ ok: false, reason: 'bad_signature' });
  });
});

describe('HubSpot events', () => {
  const parse = (json: Json, kind: string | null = null) =>
    hubspot.parse(json, rawRequest({ kind, body: bytes(JSON.stringify(json)) }));
  const idOf = (fields: JsonObject) => {
    const parsed = parse([{ ...change, ...fields }]);
    return 'events' in parsed ? parsed.events[0]?.externalId : undefined;
  };
  const change = {
    eventId: 1,
    subscriptionId: 2,
    portalId: 3,
    objectId: 4,
    occurredAt: 1_790_000_000_000,
    propertyName: 'lifecyclestage',
    propertyValue: 'lead',
    attemptNumber: 0,
    subscriptionType: 'contact.propertyChange',
  };

  it('come in batches, each with its place', () => {
    expect(parse(fixtureJson('hubspot/app-webhook.contact.docs.json'))).toEqual({
      events: [
        {
          type: 'contact.propertyChange',
          externalId: '[33,25,1246965,3816279340,1462216307945,"lifecyclestage"]',
          occurredAt: new Date('2016-05-02T19:11:47.945Z'),
          item: 0,
        },
        {
          type: 'contact.creation',
          externalId: '[33,22,1246978,3816279480,1462216307945,null]',
          occurredAt: new Date('2016-05-02T19:11:47.945Z'),
          item: 1,
        },
      ],
    });
  });

  it('are the same event whatever the attempt', () => {
    expect(idOf({ attemptNumber: 3 })).toBe(idOf({}));
    expect(idOf({ eventId: undefined, attemptNumber: 3 })).toBe(idOf({ eventId: undefined }));
  });

  it.each(['portalId', 'subscriptionId', 'objectId', 'eventId', 'occurredAt', 'propertyName'])(
    'are different events with different %s',
    (name) => {
      expect(idOf({ [name]: 7 })).not.toBe(idOf({}));
      expect(idOf({ [name]: undefined })).not.toBe(idOf({}));
    },
  );

  it('without an event id or a time are told apart by all they say', () => {
    expect(idOf({ eventId: undefined, propertyValue: 'customer' })).not.toBe(idOf({ eventId: undefined }));
    expect(idOf({ occurredAt: undefined, propertyValue: 'customer' })).not.toBe(idOf({ occurredAt: undefined }));
  });

  it.each<[string, JsonObject, JsonObject]>([
    ['associations', { fromObjectId: 1, toObjectId: 2 }, { fromObjectId: 1, toObjectId: 3 }],
    ['directions', { fromObjectId: 1, toObjectId: 2 }, { fromObjectId: 2, toObjectId: 1 }],
    ['kinds of association', { associationType: 'CONTACT_TO_COMPANY' }, { associationType: 'COMPANY_TO_CONTACT' }],
    ['associating and its end', { associationRemoved: false }, { associationRemoved: true }],
    ['merges', { primaryObjectId: 1, mergedObjectIds: [2, 3] }, { primaryObjectId: 1, mergedObjectIds: [2, 4] }],
    ['names with separators', { propertyName: 'a",1' }, { propertyName: 'a', fromObjectId: 1 }],
  ])('are different events for different %s', (_name, left, right) => {
    expect(idOf(left)).not.toBe(idOf(right));
  });

  it('have ids that fit an index, whatever they contain', () => {
    const mergedObjectIds = Array.from({ length: 1000 }, (_, id) => id);
    expect(idOf({ mergedObjectIds })).toMatch(/^[0-9a-f]{64}$/);
    expect(idOf({ propertyName: 'x'.repeat(5000) })).toMatch(/^[0-9a-f]{64}$/);
    expect(idOf({ propertyName: '\u0000' })).not.toContain('\u0000');
  });

  it('keep their place when a neighbour is unusable', () => {
    const unusable = { reason: 'not_an_event', message: expect.any(String) };
    const parsed = parse([change, null, 'text', [], {}, { subscriptionType: 5 }, { ...change, eventId: 2 }]);
    const events = 'events' in parsed ? parsed.events : [];
    expect(events.map(({ item }) => item)).toEqual([0, 1, 2, 3, 4, 5, 6]);
    expect(events.map((event) => event.unusable)).toEqual([undefined, ...Array(5).fill(unusable), undefined]);
    expect(new Set(events.map(({ externalId }) => externalId)).size).toBe(7);
  });

  it('come up to a hundred at once', () => {
    const batch = (count: number) => Array.from({ length: count }, (_, eventId) => ({ ...change, eventId }));
    expect(parse(batch(100))).toMatchObject({ events: { length: 100 } });
    expect(parse(batch(101))).toEqual({
      unusable: { reason: 'too_many_events', message: expect.stringContaining('101') },
    });
  });

  it.each<[Json]>([[[]], [null], [1], ['text']])('are not found in %j', (json) => {
    expect(parse(json)).toEqual({ unusable: { reason: 'not_an_event', message: expect.any(String) } });
  });

  it('of a workflow are one object, named after the URL', () => {
    const contact = fixtureJson('hubspot/workflow-webhook.contact.reconstructed.json');
    const externalId = expect.stringMatching(/^\["workflow",4501,"[0-9a-f]{64}"\]$/);
    const event = { type: 'workflow', externalId, occurredAt: now, item: null };
    expect(parse(contact, 'workflow')).toEqual({ events: [event] });
    expect(parse(contact)).toEqual({ events: [event] });
    expect(parse(contact, 'became_mql')).toMatchObject({ events: [{ type: 'became_mql' }] });
  });

  it('of a workflow are told apart by kind and by body', () => {
    const ids = [
      parse({ vid: 1 }),
      parse({ vid: 1 }, 'other'),
      parse({ vid: 1, a: 1 }),
      parse({}),
      parse({ objectId: 1 }),
    ];
    expect(new Set(ids.map((parsed) => ('events' in parsed ? parsed.events[0]?.externalId : ''))).size).toBe(5);
  });
});
