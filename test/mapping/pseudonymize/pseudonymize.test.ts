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
    ['dates in a text', 'subject', 'Meeting on 05.11.2026 15:30, or 2026-11-20 08:00'],
    ['numbers of orders', 'subject', 'Your order 1234567 of 12 345 678'],
    ['sizes', 'capacity', '12 Places'],
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

  it.each<[what: string, body: Json, left: RegExp]>([
    ["a customer's name", { customer: { name: 'Neil Tyson' } }, /Neil|Tyson/],
    ["a contact's name, below its properties", { contact: { properties: { name: 'Neil Tyson' } } }, /Neil|Tyson/],
    ['the name of one user of several', { users: [{ name: 'Neil Tyson' }] }, /Neil|Tyson/],
    ['a name in parts', { customer: { name: { first: 'Neil', last: 'Tyson' } } }, /Neil|Tyson/],
    ['a person without further ado', { assigned_agent: 'Neil Tyson' }, /Neil|Tyson/],
    ['an individual', { individual_name: 'Neil Tyson' }, /Neil|Tyson/],
    ['other names', { middle_name: 'Degrasse', nickname: 'Neely', maiden_name: 'Feliciano' }, /Deg|Neel|Felic/],
    ['a tax id', { customer_tax_ids: [{ type: 'eu_vat', value: 'DE123456789' }] }, /123456789/],
    ['a custom field', { custom_fields: [{ name: 'Contact person', value: 'Neil Tyson' }] }, /Neil|Tyson/],
    ['a custom field of any name', { custom_fields: [{ name: 'PO', value: 'ask Neil first' }] }, /Neil/],
    ['a day of birth', { date_of_birth: '1985-10-12', birthday: '12.10.1985' }, /1985/],
    ['a day of birth in parts', { individual: { dob: { day: 30, month: 10, year: 1985 } } }, /30|1985/],
    ['a day of birth as a time', { birthdate: 498700800000 }, /498700800/],
    ['a page on a social network', { linkedin_url: 'https://www.linkedin.com/in/neil-tyson' }, /neil|tyson/],
    ['a handle', { twitterhandle: 'neil_tyson' }, /neil|tyson/],
    ['an address in one line', { full_address: '10 Downing St, London' }, /Downing|London/],
    ['a town', { city: 'Austin', customer_location: 'Austin, TX', location: 'Austin' }, /Austin/],
    ['coordinates', { lat: 30.2672, longitude: -97.7431, geo: '30.2672,-97.7431' }, /30\.2|97\.7/],
    ['what a form asked for', { form_data: { 'How can we help?': 'Call my wife Mary', who: 'Mary' } }, /Mary/],
    ['a first name in a text', { customer_name: 'Neil Tyson', subject: 'Hi Neil, Mr TYSON' }, /Neil|TYSON/],
    ['an IPv4 address in an IPv6 one', { ip: '::ffff:81.2.69.142', text: 'at 1:2:81.2.69.142' }, /81|69\.142/],
    ['an address at the end of a sentence', { text: 'It came from 81.2.69.142.' }, /81\.2/],
    ['a national phone number', { text: 'phone 0171 5550143, (0171) 5550144 or 01715550145' }, /555014/],
    ['a phone number with two codes', { text: '+49 (0)171 5550143' }, /5550143/],
    ['a phone number that is called one', { text: 'Tel. 612 345 678' }, /345/],
  ])('are made for %s', (_what, body, left) => {
    const made = pseudonymize(body);
    expect(JSON.stringify(made)).not.toMatch(left);
    expect(shapeOf(made)).toEqual(shapeOf(body));
  });

  it('keep the kind of what they stand in for', () => {
    expect(pseudonymize({ date_of_birth: '1985-10-12', dob: { day: 12, month: 10, year: 1985 } })).toEqual({
      date_of_birth: expect.stringMatching(/^19\d\d-(0\d|1[0-2])-(0\d|1[0-2])$/),
      dob: {
        day: expect.toSatisfy((day: number) => day >= 1 && day <= 12),
        month: expect.toSatisfy((month: number) => month >= 1 && month <= 12),
        year: expect.toSatisfy((year: number) => year >= 1950 && year < 2000),
      },
    });
    expect(pseudonymize({ ip: '::ffff:81.2.69.142' })).toEqual({
      ip: expect.stringMatching(/^::ffff:203\.0\.113\.\d+$/),
    });
    expect(standIn('linkedin_url', 'https://www.linkedin.com/in/ada')).toMatch(/^https:\/\/www\.linkedin\.com\//);
    expect(standIn('lat', 30.2672)).toSatisfy((latitude: number) => Math.abs(latitude) <= 80);
  });

  it('leave choices and small numbers of a form as they are, and addresses what they are', () => {
    const answers = { plan: 'pro', newsletter: 'Yes', seats: '12', amount: 30 };
    expect(pseudonymize({ form_data: answers })).toEqual({ form_data: answers });
    expect(pseudonymize({ form_data: { field_1: 'ada@example.org', field_2: '+442079460018' } })).toEqual({
      form_data: {
        field_1: expect.stringMatching(/^user-[0-9a-f]{8}@example\.com$/),
        field_2: expect.stringMatching(/^\+1\d{10}$/),
      },
    });
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
