import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pseudonymize } from '../../../src/mapping/pseudonymize/pseudonymize.ts';
import { isJsonObject, type Json } from '../../../src/model/json.ts';
import { projectFolder, readProjectFile } from '../../support/project-files.ts';

/** The stand-in of one value under one key. */
const standIn = (key: string, value: Json, beside: Record<string, Json> = {}): Json | undefined => {
  const made = pseudonymize({ ...beside, [key]: value });
  return isJsonObject(made) ? made[key] : undefined;
};

describe('stand-ins', () => {
  it.each<[what: string, key: string, value: Json, looks: RegExp]>([
    ['an e-mail address', 'email', 'ada@example.org', /^user-[0-9a-f]{8}@example\.com$/],
    [
      'an e-mail address in a text',
      'subject',
      'From Ada <ada@example.org>.',
      /^From Ada <user-[0-9a-f]{8}@example\.com>\.$/,
    ],
    ['a phone number', 'phone', '+442079460018', /^\+1[2-9]\d{2}55501\d{2}$/],
    ['a phone number as it is written', 'customer_phone', '(415) 867-5309', /^\([2-9]\d{2}\) 555-01\d{2}$/],
    ['a phone number that is a number', 'callernum', 14158675309, /^1[2-9]\d{2}55501\d{2}$/],
    ['a phone number in a text', 'subject', 'call +1 415-867-5309 now', /^call \+1 [2-9]\d{2}-555-01\d{2} now$/],
    ['a first name', 'first_name', 'Ada', /^\p{Lu}\p{L}+$/u],
    ['a full name', 'customer_name', 'Ada King Lovelace', /^\p{Lu}\p{L}+ \p{Lu}\p{L}+ \p{Lu}\p{L}+$/u],
    ['an IPv4 address', 'ip', '8.8.4.4', /^203\.0\.113\.\d+$/],
    ['an IPv6 address', 'ip_address', '2a00:1450:4001:82b::200e', /^2001:db8::[0-9a-f]{4}:[0-9a-f]{4}$/],
    ['a street', 'line1', '10 Downing Street', /^\d+ Example Street$/],
    ['a postal code', 'postal_code', 'SW1A 2AA', /^[A-Z]{2}\d[A-Z] \d[A-Z]{2}$/],
    ['an anonymous id', 'usermaven_anonymous_id', '5zdta4zak9', /^\d[a-z]{4}\d[a-z]{3}\d$/],
    [
      "a customer's id",
      'customer',
      'cus_Q7hTzB3mYx0dLk',
      /^cus_[A-Z]\d[a-z][A-Z][a-z][A-Z]\d[a-z][A-Z][a-z]\d[a-z][A-Z][a-z]$/,
    ],
    ['an id that is a number', 'objectId', 65059681032, /^[1-9]\d{10}$/],
    [
      'a UUID, of the same version',
      'session_uuid',
      '0b7e5f1c-2a3d-4e6f-8a9b-1c2d3e4f5a6b',
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-/,
    ],
    [
      'a token in a URL',
      'recording',
      'https://a.example/r?access_key=9f8e7d6c5b',
      /^https:\/\/a\.example\/r\?access_key=[\da-z]{10}$/,
    ],
    [
      'an address in a URL',
      'url',
      'https://a.example/?to=ada%40example.org&utm_source=x',
      /^https:\/\/a\.example\/\?to=user-[0-9a-f]{8}%40example\.com&utm_source=x$/,
    ],
    ['a password in a URL', 'url', 'https://ada:secret@a.example/x', /^https:\/\/user:password@a\.example\/x$/],
    ['what somebody wrote', 'message', 'Please call me at home', /^A text of 22 characters\.$/],
  ])('look like %s', (_what, key, value, looks) => {
    const made = standIn(key, value);
    expect(String(made)).toMatch(looks);
    expect(typeof made).toBe(typeof value);
    expect(made).not.toBe(value);
  });

  it.each<[what: string, key: string, value: Json]>([
    ['money', 'amount_paid', 2900],
    ['times', 'created', 1795219200],
    ['times of day', 'start_time', '2026-11-20T18:54:00.119-05:00'],
    ['types', 'type', 'customer.subscription.updated'],
    ['choices', 'feedback', 'too_expensive'],
    ['names of things', 'name', 'Pro plan'],
    ['companies', 'account_name', 'Example Analytical Engines'],
    ['prices and products', 'price', 'price_1SfQ0pKatMEEd998'],
    ['campaigns', 'landing', 'https://www.example.com/pricing?utm_source=google&utm_campaign=brand-us'],
    ['browsers', 'user_agent', 'Mozilla/5.0 (X11; Linux) Chrome/120.0.0.0 Safari/537.36'],
    ['words where a number should be', 'customer_phone_number', 'Anonymous'],
    ['nothing', 'email', null],
    ['empty texts', 'email', ''],
    ['yes and no', 'voicemail', true],
  ])('are not made of %s', (_what, key, value) => {
    expect(standIn(key, value)).toEqual(value);
  });

  it('are found by the fields around them', () => {
    expect(pseudonymize({ name: 'Ada Lovelace', email: 'ada@example.org' })).not.toMatchObject({
      name: 'Ada Lovelace',
    });
    expect(pseudonymize({ propertyName: 'firstname', propertyValue: 'Ada' })).not.toMatchObject({
      propertyValue: 'Ada',
    });
    expect(pseudonymize({ lastname: { value: 'Lovelace', versions: [{ value: 'Lovelace' }] } })).toEqual({
      lastname: {
        value: expect.not.stringMatching('Lovelace'),
        versions: [{ value: expect.not.stringMatching('Lovelace') }],
      },
    });
    expect(pseudonymize([{ label: 'Your name', value: 'Ada Lovelace' }])).toEqual([
      { label: 'Your name', value: expect.not.stringMatching(/Ada|Lovelace/) },
    ]);
  });

  it('are the same for one person, however she is written', () => {
    const body = pseudonymize({
      first_name: 'Ada',
      last_name: 'Lovelace',
      customer_name: 'Ada Lovelace',
      subject: 'A call from Ada Lovelace (2025550143)',
      emails: ['Ada@Example.org', 'ada@example.org'],
      phone: '+12025550143',
      formatted_phone: '202-555-0143',
      person_id: 65059681032,
      link: 'https://crm.example/65059681032',
    }) as Record<string, string> & { emails: string[] };

    expect(body.customer_name).toBe(`${body.first_name} ${body.last_name}`);
    expect(body.emails[0]).toBe(body.emails[1]);
    expect(body.formatted_phone?.replaceAll('-', '')).toBe(body.phone?.slice(2));
    expect(body.subject).toBe(`A call from ${body.customer_name} (${body.phone?.slice(2)})`);
    expect(body.link).toBe(`https://crm.example/${body.person_id}`);
  });

  it('are the same in every body', () => {
    const first = standIn('email', 'ada@example.org', { customer_name: 'Ada', note: 'x y' });
    expect(standIn('reply_to', 'ada@example.org', { phone: '+12025550143' })).toBe(first);
  });
});

describe('the shipped fixtures', () => {
  const names = projectFolder('mappings/fixtures');

  it.each(names)('keep nothing of their person: %s', (name) => {
    const text = JSON.stringify(pseudonymize(JSON.parse(readProjectFile(`mappings/fixtures/${name}`)) as Json));
    expect(text).not.toMatch(/ada@example|Lovelace|5zdta4zak9|usr_1a2b3c4d5e|cus_Q7h|65059681032|5550143|555-0143/i);
  });
});

const localPart = fc.stringMatching(/^[a-z][a-z0-9._+-]{0,12}[a-z0-9]$/);
const someEmail = fc
  .tuple(localPart, fc.stringMatching(/^[a-z]{2,8}\.(org|net|co\.uk)$/))
  .map(([user, host]) => `${user}@${host}`);
/** Outside of the range that stand-ins come from. */
const somePhone = fc.stringMatching(/^\+1[2-9]\d{2}[2-46-9]\d{6}$/);
const someText = fc.oneof(
  someEmail,
  somePhone,
  fc.string(),
  fc.tuple(fc.string(), someEmail, fc.string()).map((parts) => parts.join(' ')),
);
const someKey = fc.oneof(
  fc.constantFrom('email', 'phone', 'customer_name', 'name', 'value', 'user_id', 'message', 'url', 'line1', 'other'),
  fc.string(),
);
const { body: someBody } = fc.letrec<{ body: Json }>((tie) => ({
  body: fc.oneof(
    { maxDepth: 4 },
    someText,
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('body'), { maxLength: 4 }),
    fc.dictionary(someKey, tie('body'), { maxKeys: 5 }),
  ),
}));

/** The value with every leaf replaced by its type. */
function shapeOf(value: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => shapeOf(item));
  if (!isJsonObject(value)) return value === null ? 'null' : typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, shapeOf(member ?? null)]));
}

describe('whatever the body', () => {
  it('no address and no number of it is left anywhere', () => {
    fc.assert(
      fc.property(someBody, someEmail, somePhone, someKey, someKey, (body, email, phone, emailKey, phoneKey) => {
        const texts = JSON.stringify(
          pseudonymize({ body, list: [email, { [emailKey]: email }, `${phone} and ${email}`], [phoneKey]: phone }),
        );
        expect(texts).not.toContain(email);
        expect(texts).not.toContain(phone.slice(1));
      }),
    );
  });

  it('its structure and its types stay', () => {
    fc.assert(
      fc.property(someBody, (body) => {
        expect(shapeOf(pseudonymize(body))).toEqual(shapeOf(body));
      }),
    );
  });

  it('equal bodies become equal, and equal addresses in it too', () => {
    fc.assert(
      fc.property(someBody, someEmail, (body, email) => {
        const made = pseudonymize({ a: email, body, b: [email] }) as { a: string; b: string[] };
        expect(made).toEqual(pseudonymize({ a: email, body, b: [email] }));
        expect(made.b).toEqual([made.a]);
      }),
    );
  });

  it('a long text costs no more than its length', () => {
    const long = 'a1'.repeat(100_000);
    expect(typeof standIn('other', `${long} ${long}@`)).toBe('string');
  });
});
