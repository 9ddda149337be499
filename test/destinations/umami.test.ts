import fc from 'fast-check';
import { isbot } from 'isbot';
import { describe, expect, it } from 'vitest';
import { browserUserAgent } from '../../src/destinations/browser-user-agent.ts';
import { umami } from '../../src/destinations/umami.ts';
import { userAgent } from '../../src/destinations/user-agent.ts';
import type { Answer } from '../../src/model/attempt.ts';
import type { CanonicalEvent } from '../../src/model/canonical-event.ts';
import { isJsonObject, type Json, type JsonObject } from '../../src/model/json.ts';
import { stripNulls } from '../../src/model/strip-nulls.ts';
import { canonicalEvent, canonicalEventOf, jsonObjects } from '../support/canonical-events.ts';
import {
  answerWith,
  type RecordedCase,
  type RecordedUserAgent,
  recorded,
  recordedAnswer,
  recordedCases,
} from './recorded.ts';

const { sample } = umami;

function sentFor(event: CanonicalEvent, settings = sample): JsonObject {
  const result = umami.translate(event, { settings, outgoingId: 'out-1' });
  return 'skipped' in result ? {} : result.payload;
}

/** The inner payload, where everything but the type is. */
function payloadOf(event: CanonicalEvent, settings = sample): JsonObject {
  const { payload } = sentFor(event, settings);
  return isJsonObject(payload) ? payload : {};
}

const read = (answer: Answer) => umami.read(answer, ['{}'], sample);
const bodyOf = ({ request }: RecordedCase): JsonObject => (isJsonObject(request) ? request : {});

describe('translating for Umami', () => {
  it('sends a tracked event with its time in seconds and its revenue in major units', () => {
    expect(sentFor(canonicalEvent())).toEqual({
      type: 'event',
      payload: {
        website: '5f0c6a3e-2b7d-4c1a-9e48-7d1b2f3a4c5d',
        hostname: 'example.com',
        id: 'usr_1a2b3c4d5e',
        language: 'en-US',
        ip: '81.2.69.142',
        userAgent: canonicalEvent().context.user_agent,
        timestamp: 1773585000,
        name: 'Subscription Payment Succeeded',
        title: 'Pricing',
        url: 'https://example.com/pricing?utm_source=google',
        referrer: 'https://www.google.com/',
        tag: 'billing',
        data: {
          amount: 2900,
          plan: 'Pro',
          trial: false,
          items: [{ sku: 'a1' }],
          revenue: 29,
          currency: 'USD',
        },
      },
    });
  });

  it('sends a page without a name, which makes it a page view', () => {
    const { title: _, ...context } = canonicalEvent().context;
    const page = payloadOf({ ...canonicalEventOf('page'), context });
    expect(page).not.toHaveProperty('name');
    expect(page.title).toBe('Pricing');
  });

  it('sends an identify with everything known about the user', () => {
    expect(sentFor(canonicalEventOf('identify'))).toMatchObject({
      type: 'identify',
      payload: { id: 'usr_1a2b3c4d5e', data: { email: 'ada@example.com', plan: 'pro', seats: 3 } },
    });
  });

  it.each([
    { event: canonicalEventOf('group'), reason: 'companies' },
    { event: canonicalEventOf('alias'), reason: 'joins' },
    { event: canonicalEvent({ type: 'identify', user: { id: 'u', traits: { plan: null } } }), reason: 'no traits' },
  ])('skips a $event.type: $reason', ({ event, reason }) => {
    const result = umami.translate(event, { settings: sample, outgoingId: 'out-1' });
    expect(result).toEqual({ skipped: expect.stringContaining(reason) });
  });

  it('uses the anonymous id only where there is no user id', () => {
    expect(payloadOf(canonicalEvent({ user: { anonymous_id: '5zdta4zak9' } })).id).toBe('5zdta4zak9');
    expect(payloadOf(canonicalEvent()).id).toBe('usr_1a2b3c4d5e');
  });

  it('takes the host from the URL where none is configured', () => {
    const unset = { ...sample, hostname: '' };
    expect(payloadOf(canonicalEvent(), unset).hostname).toBe('example.com');
    expect(payloadOf(canonicalEvent({ context: { url: '/path' } }), unset)).not.toHaveProperty('hostname');
  });

  it('shows a refund as `refunded`, which Umami does not count as revenue', () => {
    const refund = canonicalEvent({ attributes: { revenue: 5 }, revenue: { amount: -29, currency: 'USD' } });
    expect(payloadOf(refund).data).toEqual({ refunded: 29, currency: 'USD' });
  });

  it.each<[string, CanonicalEvent['context'], string]>([
    ['an address it cannot read', { ip: 'unknown' }, 'ip'],
    ['a URL it cannot read', { url: 'http://' }, 'url'],
    ['a referrer it cannot read', { referrer: 'http://' }, 'referrer'],
    ['a User-Agent that is no common browser', { user_agent: 'curl/8.5.0' }, 'userAgent'],
  ])('leaves out %s, so that the event is kept', (_, context, field) => {
    const event = canonicalEvent({ context });
    expect(payloadOf(event)).not.toHaveProperty(field);
    expect(umami.check(sentFor(event))).toEqual([]);
  });

  it.each<[string, Json, Json]>([
    ['500 characters', 'é'.repeat(500), 'é'.repeat(500)],
    ['501 characters', 'x'.repeat(501), `${'x'.repeat(499)}…`],
    ['501 emoji, without cutting one in half', '😀'.repeat(501), `${'😀'.repeat(499)}…`],
    ['a list too long as JSON', Array.from({ length: 300 }, () => 1), `[${'1,'.repeat(249)}…`],
    ['a number of sixteen digits', 1_234_567_890_123_456, '1234567890123456'],
  ])('fits data of %s into its column', (_, value, stored) => {
    expect(payloadOf(canonicalEvent({ attributes: { block: { value } } })).data).toMatchObject({
      block: { value: stored },
    });
  });

  it.each([
    ['https://example.com/a?gclid=', '#top'],
    ['/a?utm_source=', '#top'],
  ])('cuts a parameter of %s that is longer than its column', (start, end) => {
    const event = canonicalEvent({ context: { url: `${start}${'x'.repeat(300)}${end}` } });
    expect(payloadOf(event).url).toBe(`${start}${'x'.repeat(255)}${end}`);
  });

  it('makes data that can be stored of whatever a mapping yields', () => {
    const property = fc.property(jsonObjects, fc.string({ unit: 'grapheme', maxLength: 900 }), (yielded, text) => {
      const attributes = { ...stripNulls(yielded), text, texts: [text, text] };
      expect(umami.check(sentFor(canonicalEvent({ attributes })))).toEqual([]);
    });
    fc.assert(property);
  });
});

describe('a User-Agent', () => {
  const { cases, chrome_ua } = recorded<{ cases: RecordedUserAgent[]; chrome_ua: string }>('umami/user-agents.json');
  const named = cases.filter((recordedCase): recordedCase is { userAgent: string; dropped: boolean } =>
    Boolean(recordedCase.userAgent),
  );

  it('of ours is stored', () => {
    expect(isbot(userAgent)).toBe(false);
  });

  it.each(named)('$userAgent is judged by isbot as Umami judged it', (recordedCase) => {
    expect(isbot(recordedCase.userAgent)).toBe(recordedCase.dropped);
  });

  it.each(named.filter(({ dropped }) => dropped))('$userAgent of a visitor is not passed on', (recordedCase) => {
    expect(browserUserAgent(recordedCase.userAgent)).toBeUndefined();
  });

  const engine = 'AppleWebKit/537.36 (KHTML, like Gecko)';
  it.each([
    chrome_ua,
    `Mozilla/5.0 (Linux; Android 14; Pixel 8) ${engine} Chrome/126.0.0.0 Mobile Safari/537.36`,
    `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${engine} Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0`,
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:127.0) Gecko/20100101 Firefox/127.0',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15',
  ])('%s of a visitor is passed on', (browser) => {
    expect(browserUserAgent(browser)).toBe(browser);
    expect(isbot(browser)).toBe(false);
  });

  it.each([
    `Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X) ${engine} Chrome/126.0.0.0 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)`,
    `Mozilla/5.0 (X11; Linux x86_64) ${engine} HeadlessChrome/126.0.0.0 Safari/537.36`,
    `Mozilla/5.0 (Linux; Android 5.0; AhrefsBot) ${engine} Chrome/126.0.0.0 Safari/537.36`,
    'Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)',
  ])('%s in disguise is not passed on', (bot) => {
    expect(browserUserAgent(bot)).toBeUndefined();
  });
});

describe('checking a payload for Umami', () => {
  /** Accepted by Umami and refused here: it loses something without a word. */
  const stricter: Readonly<Record<string, string>> = {
    'timestamp.milliseconds': 'is stored in the year 58858',
    'timestamp.null': "means now, and the event's own time is lost",
    unknown_keys: 'has keys that are dropped silently',
    'link.nonexistent': 'is stored for a link that does not exist',
  };
  const accepted = recordedCases('umami/send-accepted.json');

  it.each(accepted.filter((recordedCase) => stricter[recordedCase.case] === undefined))(
    'lets pass what Umami stored: $case',
    (recordedCase) => {
      expect(umami.check(bodyOf(recordedCase))).toEqual([]);
    },
  );

  it.each(Object.entries(stricter))('refuses what Umami stored (%s), because it %s', (name) => {
    const found = accepted.filter((recordedCase) => recordedCase.case === name);
    expect(found).toHaveLength(1);
    for (const recordedCase of found) expect(umami.check(bodyOf(recordedCase))).not.toEqual([]);
  });

  /** Nothing is wrong with the payload: only this Umami knows why it fails. */
  const knownToUmamiOnly = [
    'website.unknown',
    'ip.payload.public_no_geodb',
    'ip.xff.public_no_geodb',
    'ip.xff+cf-ipcountry_long',
  ];
  const refused = [
    ...recordedCases('umami/send-rejected-400.json'),
    ...recordedCases('umami/send-500-nothing-written.json'),
    ...recordedCases('umami/send-500-partly-written.json'),
  ].filter(({ request }) => isJsonObject(request));

  it.each(refused.filter((recordedCase) => !knownToUmamiOnly.includes(recordedCase.case)))(
    'refuses what Umami refused or stored in part: $case',
    (recordedCase) => {
      expect(umami.check(bodyOf(recordedCase))).not.toEqual([]);
    },
  );

  it.each(knownToUmamiOnly)('cannot foresee %s, which the answer calls final', (name) => {
    const [recordedCase] = refused.filter((candidate) => candidate.case === name);
    expect(recordedCase).toBeDefined();
    if (recordedCase === undefined) return;
    expect(umami.check(bodyOf(recordedCase))).toEqual([]);
    expect(read(recordedAnswer(recordedCase))).toMatchObject({ kind: 'fail', reason: 'rejected' });
  });

  it.each<[string, JsonObject, string]>([
    ['a name of 51 characters', { name: 'x'.repeat(51) }, 'payload.name'],
    ['an id of 51 characters', { id: 'x'.repeat(51) }, 'payload.id'],
    ['an id that is null', { id: null }, 'payload.id'],
    ['data that is null', { data: null }, 'payload.data'],
    ['a nested key of 501 characters', { data: { a: { ['k'.repeat(499)]: 1 } } }, 'payload.data'],
    ['a utm parameter of 256 characters', { url: `/?utm_term=${'x'.repeat(256)}` }, 'payload.url'],
    ['revenue without a name', { name: '', data: { revenue: '5', currency: 'USD' } }, 'payload.name'],
    ['a long currency of revenue', { data: { revenue: 5, currency: 'US dollars.' } }, 'payload.data.currency'],
  ])('refuses %s', (_, changes, path) => {
    const payload = { website: sample.website_id, name: 'x', ...changes };
    expect(umami.check({ type: 'event', payload }).map((problem) => problem.path)).toEqual([path]);
  });
});

describe("reading Umami's answers", () => {
  it.each(recordedCases('umami/send-accepted.json'))(
    'takes an answer with a session for a delivery: $case',
    (recordedCase) => {
      expect(read(recordedAnswer(recordedCase))).toEqual({ kind: 'delivered' });
    },
  );

  it('takes {"beep":"boop"} for an event that was dropped, and names the User-Agent', () => {
    const verdict = read(answerWith(200, { beep: 'boop' }));
    expect(verdict).toMatchObject({ kind: 'fail', reason: 'filtered', message: expect.stringContaining(userAgent) });
  });

  it.each(['', '<html>', '{"cache":null}'])('does not take the 200 of somebody else for a delivery: %j', (body) => {
    expect(read(answerWith(200, body))).toMatchObject({ kind: 'retry', reason: 'server_error' });
  });

  it('tells whoever has a wrong website id where the right one is', () => {
    const [unknown] = recordedCases('umami/send-rejected-400.json').filter(
      (recordedCase) => recordedCase.case === 'website.unknown',
    );
    expect(unknown && read(recordedAnswer(unknown))).toMatchObject({
      reason: 'rejected',
      message: expect.stringMatching(/copy its Website ID.*Website not found/),
    });
  });

  it.each([
    ...recordedCases('umami/send-500-nothing-written.json'),
    ...recordedCases('umami/send-500-partly-written.json'),
  ])('gives up at once where Umami could not store the data: $case', (recordedCase) => {
    expect(read(recordedAnswer(recordedCase))).toMatchObject({ kind: 'fail', reason: 'rejected' });
  });

  it.each(recordedCases('umami/send-500-partly-written.json'))(
    'warns that the event is there already: $case',
    (recordedCase) => {
      expect(read(recordedAnswer(recordedCase))).toMatchObject({ message: expect.stringContaining('count it twice') });
    },
  );

  const databaseDown = recorded<{ response: JsonObject }>('umami/db-down.json').response;
  const withCode = (code: string) => ({ error: { errorObject: { code, message: 'x' } } });

  it.each([
    { trouble: 'a database that is down', body: databaseDown },
    { trouble: 'a connection pool in use', body: withCode('P2024') },
    { trouble: 'a write that lost to another', body: withCode('P2034') },
    { trouble: 'a proxy', body: '<html>500</html>' },
    { trouble: 'a 500 without an error object', body: { error: { status: 500 } } },
  ])('lets the rule for 500 try again after $trouble', ({ body }) => {
    expect(read(answerWith(500, body))).toBeUndefined();
  });

  it.each([
    {
      code: 'ipaddr',
      body: { error: { errorObject: { message: 'ipaddr: the address has neither IPv6 nor IPv4 format' } } },
    },
    {
      code: 'an invalid date',
      body: { error: { errorObject: { name: 'RangeError', message: 'Invalid time value' } } },
    },
    { code: 'P2000', body: withCode('P2000') },
  ])('gives up on $code', ({ body }) => {
    expect(read(answerWith(500, body))).toMatchObject({ kind: 'fail', reason: 'rejected' });
  });

  it('blames a missing geo database on Umami, not on the mapping', () => {
    const cases = recordedCases('umami/send-500-nothing-written.json');
    const [withoutDatabase] = cases.filter((recordedCase) => recordedCase.case === 'ip.payload.public_no_geodb');
    expect(withoutDatabase && read(recordedAnswer(withoutDatabase))).toMatchObject({
      message: expect.stringMatching(/no geo database.*leave payload.ip out/),
    });
  });

  it('explains a 403 by the list of ignored addresses', () => {
    const verdict = read(answerWith(403, { error: { message: 'Forbidden', code: 'forbidden', status: 403 } }));
    expect(verdict).toMatchObject({ kind: 'fail', reason: 'rejected', message: expect.stringContaining('IGNORE_IP') });
  });
});

describe('configuring Umami', () => {
  it.each([
    { url: 'umami' },
    { url: 'umami:3000' },
    { url: 'http://user:password@umami:3000' },
    { url: 'https://umami.example.com/?a=b' },
    { website_id: 'my-site' },
    { hostname: 'bad host' },
  ])('refuses %j', (setting) => {
    expect(umami.settings.safeParse({ ...sample, ...setting }).success).toBe(false);
  });

  it.each([
    { given: 'http://umami:3000', used: 'http://umami:3000' },
    { given: 'https://example.com/stats//', used: 'https://example.com/stats' },
    { given: '', used: '' },
    { given: undefined, used: '' },
  ])('takes $given for the base URL "$used"', ({ given, used }) => {
    expect(umami.settings.parse({ ...sample, url: given }).url).toBe(used);
  });
});
