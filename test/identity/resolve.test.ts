import { describe, expect, it } from 'vitest';
import type { EventId } from '../../src/model/id.ts';
import { type Carrying, identifierFrom, resolveAfter } from './links.ts';

/** One event a second, in this order. */
const events = (...carried: readonly string[][]): readonly Carrying[] =>
  carried.map((identifiers, index) => ({
    id: `evt_${String(index).padStart(3, '0')}` as EventId,
    at: index * 1_000,
    identifiers: identifiers.map(identifierFrom),
  }));

const ids = (history: readonly Carrying[], own: readonly string[]) => {
  const { userId, anonymousId } = resolveAfter(history, own);
  return { userId, anonymousId };
};

describe('an event without an anonymous id', () => {
  it('gets the visitor that an earlier event carried together with the same phone', () => {
    const history = events(['anonymous_id:a1', 'phone:+12025550143']);

    expect(resolveAfter(history, ['phone:+1 (202) 555-0143'])).toEqual({
      anonymousId: 'a1',
      joins: [],
      stitch: {
        user_id: { from: 'nowhere' },
        anonymous_id: {
          from: 'link',
          via: 'phone',
          source: 'test',
          event_id: 'evt_000',
          seen_at: '1970-01-01T00:00:00.000Z',
          hops: 1,
        },
      },
    });
  });

  it('gets it over several events: payment, customer, e-mail, phone, visitor', () => {
    const history = events(
      ['anonymous_id:a1', 'phone:+12025550143'],
      ['phone:+12025550143', 'email:ada@example.com'],
      ['email:ada@example.com', 'stripe_customer:cus_1'],
    );
    expect(resolveAfter(history, ['stripe_customer:cus_1'])).toMatchObject({
      anonymousId: 'a1',
      stitch: { anonymous_id: { from: 'link', via: 'stripe_customer', hops: 3 } },
    });
  });

  it('gets none from further away', () => {
    const history = events(
      ['anonymous_id:a1', 'phone:+12025550143'],
      ['phone:+12025550143', 'email:ada@example.com'],
      ['email:ada@example.com', 'hubspot_contact:7'],
      ['hubspot_contact:7', 'stripe_customer:cus_1'],
      ['stripe_customer:cus_1', 'loyalty_card:9'],
    );
    expect(ids(history, ['stripe_customer:cus_1']).anonymousId).toBe('a1');
    expect(ids(history, ['loyalty_card:9'])).toEqual({ userId: undefined, anonymousId: undefined });
  });

  it('gets the one that its strongest identifier leads to, however old', () => {
    const history = events(['user_id:u1', 'anonymous_id:old'], ['email:ada@example.com', 'anonymous_id:new']);
    expect(ids(history, ['email:ada@example.com', 'user_id:u1']).anonymousId).toBe('old');
  });

  it('gets the latest of several that the same identifier leads to', () => {
    const history = events(
      ['email:ada@example.com', 'anonymous_id:first'],
      ['email:ada@example.com', 'anonymous_id:second'],
      ['email:ada@example.com', 'anonymous_id:first'],
    );
    expect(ids(history, ['email:ada@example.com']).anonymousId).toBe('first');
  });

  it('gets the nearest before the strongest', () => {
    const history = events(
      ['email:ada@example.com', 'stripe_customer:cus_1'],
      ['stripe_customer:cus_1', 'anonymous_id:far'],
      ['email:ada@example.com', 'anonymous_id:near'],
    );
    expect(ids(history, ['email:ada@example.com']).anonymousId).toBe('near');
  });

  it('keeps its own where it has one', () => {
    const history = events(['email:ada@example.com', 'anonymous_id:a1']);
    expect(resolveAfter(history, ['email:ada@example.com', 'anonymous_id:own'])).toMatchObject({
      anonymousId: 'own',
      stitch: { anonymous_id: { from: 'event' } },
    });
  });
});

describe('an event without a user id', () => {
  it('gets the user that its e-mail belongs to, and tells which visitors are theirs', () => {
    const history = events(
      ['email:ada@example.com', 'user_id:u1'],
      ['anonymous_id:phone', 'email:ada@example.com'],
      ['anonymous_id:laptop', 'email:ada@example.com'],
    );
    expect(resolveAfter(history, ['email:ada@example.com'])).toMatchObject({
      userId: 'u1',
      anonymousId: 'laptop',
      joins: ['laptop', 'phone'],
    });
  });

  it('gets nothing where its identifiers belong to two users, and says so', () => {
    const history = events(['email:ada@example.com', 'user_id:u1'], ['phone:+12025550143', 'user_id:u2']);
    expect(resolveAfter(history, ['email:ada@example.com', 'phone:+12025550143'])).toEqual({
      joins: [],
      stitch: { user_id: { from: 'nowhere' }, anonymous_id: { from: 'nowhere' }, conflict: 2 },
    });
  });

  it('gets nothing where what it is linked to belongs to two users', () => {
    const history = events(
      ['email:ada@example.com', 'user_id:u1'],
      ['email:bob@example.com', 'user_id:u2'],
      ['phone:+12025550143', 'email:ada@example.com'],
      ['phone:+12025550143', 'email:bob@example.com'],
    );
    expect(resolveAfter(history, ['phone:+12025550143']).stitch.conflict).toBe(2);
  });
});

describe('two users', () => {
  it('stay apart when one event carries identifiers of both: each keeps what is theirs', () => {
    const history = events(
      ['email:ada@example.com', 'user_id:u1'],
      ['email:ada@example.com', 'anonymous_id:a1'],
      ['phone:+12025550143', 'user_id:u2'],
      ['phone:+12025550143', 'anonymous_id:a2'],
      ['email:ada@example.com', 'phone:+12025550143'],
    );
    expect(ids(history, ['email:ada@example.com'])).toEqual({ userId: 'u1', anonymousId: 'a1' });
    expect(ids(history, ['phone:+12025550143'])).toEqual({ userId: 'u2', anonymousId: 'a2' });
  });

  it('are not joined by the browser they share', () => {
    const history = events(['user_id:u1', 'anonymous_id:kiosk'], ['user_id:u2', 'anonymous_id:kiosk']);
    expect(resolveAfter(history, ['user_id:u1'])).toMatchObject({ userId: 'u1', joins: [] });
    expect(ids(history, ['user_id:u1']).anonymousId).toBeUndefined();
    expect(resolveAfter(history, ['anonymous_id:kiosk'])).toMatchObject({
      anonymousId: 'kiosk',
      stitch: { user_id: { from: 'nowhere' }, shared: ['anonymous_id'] },
    });
  });
});

describe('an identifier that many people share', () => {
  it('is known by its name: a mailbox such as info@', () => {
    const history = events(['email:info@example.com', 'anonymous_id:a1'], ['email:info@example.com', 'user_id:u1']);
    expect(resolveAfter(history, ['email:Info@Example.com'])).toEqual({
      joins: [],
      stitch: { user_id: { from: 'nowhere' }, anonymous_id: { from: 'nowhere' }, shared: ['email'] },
    });
  });

  it('is known by how many e-mail addresses it was seen with: a switchboard', () => {
    const people = ['a', 'b', 'c', 'd'].map((name) => ['phone:+12025550100', `email:${name}@example.com`]);
    const history = events(['phone:+12025550100', 'anonymous_id:a1'], ...people);
    expect(ids(history, ['phone:+12025550100']).anonymousId).toBeUndefined();
    expect(ids(history.slice(0, 4), ['phone:+12025550100']).anonymousId).toBe('a1');
  });

  it('is no bridge between those who share it', () => {
    const people = ['a', 'b', 'c', 'd'].map((name) => ['phone:+12025550100', `email:${name}@example.com`]);
    const history = events(...people, ['email:a@example.com', 'anonymous_id:a1']);
    expect(ids(history, ['email:b@example.com']).anonymousId).toBeUndefined();
    expect(ids(history, ['email:a@example.com']).anonymousId).toBe('a1');
  });

  it('does not make a user of many browsers one', () => {
    const browsers = Array.from({ length: 200 }, (_, index) => ['user_id:u1', `anonymous_id:a${index}`]);
    expect(ids(events(...browsers), ['user_id:u1']).anonymousId).toBe('a199');
  });
});
