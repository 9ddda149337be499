import { describe, expect, it } from 'vitest';
import { maskPersonal } from '../../src/mapping/pseudonymize/mask.ts';
import type { Json } from '../../src/model/json.ts';

const masked = (value: Json): Json => maskPersonal(value).value;

describe('what is personal in stored data', () => {
  it.each<[string, Json, Json]>([
    ['an e-mail address', { about: 'ada@example.com' }, { about: 'a•••@example.com' }],
    ['one within a text', 'sent to ada@example.com twice', 'sent to a•••@example.com twice'],
    ['one in a URL', 'https://x.example/?to=ada%40example.com', 'https://x.example/?to=a•••%40example.com'],
    ['one that is the name of a field', { 'ada@example.com': 1 }, { 'a•••@example.com': 1 }],
    ['a phone number', 'call +14155550143 now', 'call •••43 now'],
    ['one by the name of its field', { phone: '4155550143' }, { phone: '•••43' }],
    ['one that is a number', { phone_number: 4155550143 }, { phone_number: '•••' }],
    ['a first and a last name', { first_name: 'Ada', lastName: 'Lovelace' }, { first_name: 'A•••', lastName: 'L•••' }],
    ['the name of a customer', { customer: { name: 'Ada Lovelace' } }, { customer: { name: 'A••• L•••' } }],
    ['a name beside an e-mail address', { name: 'Ada', email: 'a@b.io' }, { name: 'A•••', email: 'a•••@b.io' }],
    ['a street and a birthday', { line1: '1 Main St', dob: '1815-12-10' }, { line1: '•••', dob: '•••' }],
    [
      'what HubSpot tells of a property',
      { propertyName: 'firstname', propertyValue: 'Ada' },
      { propertyName: 'firstname', propertyValue: 'A•••' },
    ],
    ['a value beside its path', { path: 'event.user.name', value: 'Ada' }, { path: 'event.user.name', value: 'A•••' }],
    [
      'a change of one',
      { path: ['user', 'email'], before: 'x@y.io', after: 'none' },
      { path: ['user', 'email'], before: 'x•••@y.io', after: 'n•••' },
    ],
    [
      'a name in a value that a mapping takes from the event',
      { path: 'let.owner', keys: ['let', 'owner'], expression: 'owner', value: 'Ada Lovelace' },
      { path: 'let.owner', keys: ['let', 'owner'], expression: 'owner', value: 'A••• L•••' },
    ],
    [
      'an address that is written out in a mapping',
      { path: 'let.lead', keys: ['let', 'lead'], expression: null, value: 'ada@example.com' },
      { path: 'let.lead', keys: ['let', 'lead'], expression: null, value: 'a•••@example.com' },
    ],
    [
      'who leads a thing',
      { lead: 'Ada Lovelace', project: { owner: { name: 'Ada' } }, plan: { customer_name: 'Ada' } },
      { lead: 'A••• L•••', project: { owner: { name: 'A•••' } }, plan: { customer_name: 'A•••' } },
    ],
    [
      'somebody who is called like the thing',
      { name: 'Ada Lovelace', email: 'a@b.io', owner: 'Ada Lovelace' },
      { name: 'A••• L•••', email: 'a•••@b.io', owner: 'A••• L•••' },
    ],
    [
      'somebody beside a title, in any script',
      { title: 'Заказ', owner: 'Иван Петров' },
      { title: 'Заказ', owner: 'И••• П•••' },
    ],
    ['somebody in a script without capitals', { owner: '李明' }, { owner: '李•••' }],
    ['a passenger', { customer: { name: 'LOVELACE/ADA' } }, { customer: { name: 'L•••' } }],
    ['a full name with a slash', { full_name: 'Lovelace/Ada', phone: '' }, { full_name: 'L•••', phone: '' }],
    ['a number in the place of a name', { customer_name: '555-0143' }, { customer_name: '5•••' }],
    [
      'who is behind a thing with an address',
      { channel: { display_name: 'Ada Lovelace', email: 'a@b.io' } },
      { channel: { display_name: 'A••• L•••', email: 'a•••@b.io' } },
    ],
    ['what is in lists', [['ada@example.com']], [['a•••@example.com']]],
    [
      'a value beside a list that is no path',
      { path: [{ toString: 1, valueOf: 1 }, null, 7], value: 'ada@example.com' },
      { path: [{ toString: 1, valueOf: 1 }, null, 7], value: 'a•••@example.com' },
    ],
  ])('is hidden: %s', (_name, value, shown) => {
    expect(maskPersonal(value)).toEqual({ value: shown, isMasked: true });
  });

  it.each<[string, Json]>([
    ['the name of an event and of a plan', { name: 'Subscription Payment Succeeded', plan: { name: 'Pro' } }],
    [
      'ids, times and hashes',
      { id: 'evt_01m89wy218v8ck5wq0jfr9stb9', at: '2026-11-25T17:44:23.123Z', v1: '5257a869e7ec' },
    ],
    ['a UUID', '0b5d1c0e-0000-8000-8000-000000000000'],
    ['amounts', { amount: 290000000, total: '1490.00' }],
    ['the word for a stage', { stage_names: { lead: 'Lead', customer: 'Customer', marketingqualifiedlead: 'MQL' } }],
    ['an option that is called like its value', { label: 'Customer', value: 'Customer' }],
    [
      'what is written out in a mapping',
      { path: 'let.stage_names.lead', keys: ['let', 'stage_names', 'lead'], expression: null, value: 'Hot Prospect' },
    ],
    [
      'the name of a thing',
      { price: { nickname: 'Pro' }, repository: { full_name: 'ada/engine' }, channel: { display_name: 'General' } },
    ],
    ['the full name of a thing, wherever it stands', { full_name: 'sample-engines/engine' }],
    ['the number of an order, beside an e-mail address', { name: '#1042', email: '' }],
    ['nothing', { email: null, phone: '', name: ' ', is_mobile: true }],
  ])('is not %s', (_name, value) => {
    expect(maskPersonal(value)).toEqual({ value, isMasked: false });
  });

  it('is hidden in a body that is kept as text, which otherwise stays as it was sent', () => {
    const body = '{ "customer": { "name": "Ada Lovelace" },\t"amount": 1.0 }';
    expect(masked({ body })).toEqual({ body: '{"customer":{"name":"A••• L•••"},"amount":1}' });
    expect(masked({ body: '{\n  "name": "Ada",\n  "email": "a@b.io"\n}' })).toEqual({
      body: '{\n  "name": "A•••",\n  "email": "a•••@b.io"\n}',
    });
    const harmless = '{ "amount": 1.0,\t"id": 12345678901234567890 }';
    expect(masked({ body: harmless })).toEqual({ body: harmless });
    expect(masked({ body: '{"email":"ada\\u0040example.com"}' })).toEqual({ body: '{"email":"a•••@example.com"}' });
  });

  it('is hidden in a body within a body, and in one that is no JSON after all', () => {
    expect(masked(JSON.stringify({ payload: JSON.stringify({ email: 'ada@example.com' }) }))).toBe(
      '{"payload":"{\\"email\\":\\"a•••@example.com\\"}"}',
    );
    expect(masked('{"email":"ada@example.com",')).toBe('{"email":"a•••@example.com",');
  });

  it('is hidden in a form, by the names of its fields', () => {
    expect(masked('first_name=Ada&payer_email=ada%40example.com&amount=12&note=a+b')).toBe(
      `first_name=${encodeURIComponent('A•••')}&payer_email=${encodeURIComponent('a•••@example.com')}&amount=12&note=a+b`,
    );
  });

  it('is hidden however deep it is', () => {
    const deep = (levels: number, inside: string) => `${'['.repeat(levels)}${inside}${']'.repeat(levels)}`;
    expect(masked(deep(60, '"ada@example.com"'))).toBe(deep(60, '"a•••@example.com"'));
    expect(masked(deep(100_000, '"ada@example.com"'))).not.toContain('ada@');
  });

  it('is looked for in what was made to take long', () => {
    const long = [
      'a'.repeat(1 << 20),
      '0 '.repeat(1 << 19),
      'a@'.repeat(1 << 19),
      '['.repeat(1 << 20),
      'a=b&'.repeat(1 << 18),
    ];
    for (const text of long)
      expect(masked({ text, email: 'ada@example.com' })).toMatchObject({ email: 'a•••@example.com' });
    const label = `linkedin${'profile'.repeat(100_000)}`;
    expect(masked({ name: label, value: 1, [label]: 1 })).toEqual({ name: label, value: 1, [label]: 1 });
  });
});
