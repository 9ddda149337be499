import { beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import type { EventDetail } from '../../src/store/store.ts';
import { at } from '../contracts/store-samples.ts';
import { definitionOf } from '../mapping/definitions.ts';
import { sentTo, type Translator, translatorOf } from '../support/translator.ts';

const everywhere = `
event:
  name: =name
  user:
    id: =user
    fallback_id: =email
    anonymous_id: =visitor
    email: =email
    phone: =phone
  identifiers: { loyalty_card: =card }
stitch: [email, phone, loyalty_card]
`;
const mapping = definitionOf(`${everywhere}destinations: [usermaven, segment, umami, vemetric]`);

let translator: Translator;
beforeEach(async () => {
  translator = await translatorOf(mapping);
});

async function afterwards(...bodies: readonly JsonObject[]): Promise<EventDetail> {
  for (const body of bodies) {
    translator.secondsLater(60);
    await translator.send(body);
    await translator.translateAll();
  }
  return translator.latest();
}

describe('an event of somebody that earlier events have linked', () => {
  it('goes to every destination under the ids that it can use', async () => {
    const event = await afterwards(
      { name: 'Called', visitor: 'a1', phone: '+12025550143' },
      { name: 'Wrote', phone: '+1 202 555 0143', email: 'Ada@Example.com' },
      { name: 'Signed up', user: 'u1', email: 'ada@example.com' },
      { name: 'Called', phone: '+12025550143' },
    );

    expect(sentTo(event, 'usermaven')).toMatchObject([
      { event_type: 'Called', user: { id: 'u1', anonymous_id: 'a1' } },
    ]);
    expect(sentTo(event, 'segment')).toMatchObject([{ event: 'Called', userId: 'u1', anonymousId: 'a1' }]);
    expect(sentTo(event, 'umami')).toMatchObject([{ payload: { name: 'Called', id: 'u1' } }]);
    expect(sentTo(event, 'vemetric')).toMatchObject([{ name: 'Called', userIdentifier: 'u1' }]);
  });

  it('says with each delivery which event led to it', async () => {
    const event = await afterwards(
      { name: 'Called', visitor: 'a1', phone: '+12025550143' },
      { name: 'Paid', phone: '+12025550143', email: 'ada@example.com' },
    );
    expect(event.deliveries[0]?.stitch).toEqual({
      user_id: { from: 'stable_id' },
      anonymous_id: {
        from: 'link',
        via: 'phone',
        source: 'shop',
        event_id: expect.stringMatching(/^evt_/),
        seen_at: at(60_000).toISOString(),
        hops: 1,
      },
    });
    expect(event.runs).toMatchObject([{ items: [{ stitch: { user_id: { from: 'stable_id' } } }] }]);
  });

  it('keeps its own ids, and its fallback only where no link knows better', async () => {
    const own = await afterwards(
      { name: 'Called', visitor: 'a1', email: 'ada@example.com', user: 'u1' },
      { name: 'Paid', visitor: 'own', email: 'ada@example.com' },
    );
    expect(sentTo(own, 'segment')).toMatchObject([{}, { userId: 'u1', anonymousId: 'own' }]);

    const unknown = await afterwards({ name: 'Paid', email: 'bob@example.com' });
    expect(sentTo(unknown, 'segment')).toMatchObject([{ userId: 'bob@example.com' }]);
    expect(unknown.deliveries[0]?.stitch?.user_id).toEqual({ from: 'stable_id' });
  });

  it('is told apart from another user, and says that it could be two', async () => {
    const event = await afterwards(
      { name: 'Signed up', user: 'u1', email: 'ada@example.com' },
      { name: 'Signed up', user: 'u2', phone: '+12025550143' },
      { name: 'Paid', email: 'ada@example.com', phone: '+12025550143' },
    );
    expect(sentTo(event, 'segment')).toMatchObject([{ userId: 'ada@example.com' }]);
    expect(event.deliveries[0]?.stitch?.conflict).toBe(2);
  });

  it('is resolved the same in one batch as one by one', async () => {
    await translator.send({ name: 'Called', visitor: 'a1', card: '7' });
    await translator.send({ name: 'Signed up', user: 'u1', card: '7' });
    await translator.send({ name: 'Paid', card: '7' });
    await translator.translateAll();

    expect(sentTo(await translator.latest(), 'segment')).toMatchObject([{ userId: 'u1', anonymousId: 'a1' }]);
  });
});

describe('a visitor who turns out to be a user', () => {
  const story = [
    { name: 'Called', visitor: 'a1', phone: '+12025550143' },
    { name: 'Called', visitor: 'a2', phone: '+12025550143' },
    { name: 'Signed up', user: 'u1', phone: '+12025550143', email: 'ada@example.com' },
  ];

  it('is told to every destination that can join them, before the event that showed it', async () => {
    const event = await afterwards(...story);

    expect(sentTo(event, 'segment')).toMatchObject([
      { type: 'identify', userId: 'u1', anonymousId: 'a2', messageId: expect.any(String) },
      { type: 'identify', userId: 'u1', anonymousId: 'a1' },
      { type: 'track', event: 'Signed up' },
    ]);
    expect(sentTo(event, 'usermaven')).toMatchObject([
      { event_type: 'user_identify', user: { id: 'u1', anonymous_id: 'a2' } },
      { event_type: 'user_identify', user: { id: 'u1', anonymous_id: 'a1' } },
      { event_type: 'Signed up' },
    ]);
    expect(sentTo(event, 'umami')).toMatchObject([
      { type: 'identify', payload: { id: 'u1', data: { anonymous_id: 'a2' } } },
      { type: 'identify', payload: { id: 'u1', data: { anonymous_id: 'a1' } } },
      { type: 'event' },
    ]);
  });

  it('is never told to Vemetric, whose identify would merge the gateway itself into them', async () => {
    expect(sentTo(await afterwards(...story), 'vemetric')).toMatchObject([{ name: 'Signed up' }]);
  });

  it('is told with both ids and nothing else about the person', async () => {
    const [identify] = sentTo(await afterwards(...story), 'usermaven');
    expect(identify?.user).toEqual({ id: 'u1', anonymous_id: 'a2' });
  });

  it('is told once, however many events follow', async () => {
    const event = await afterwards(...story, { name: 'Paid', user: 'u1' }, { name: 'Called', phone: '+12025550143' });
    expect(sentTo(event, 'segment')).toMatchObject([{ type: 'track' }]);
  });

  it('is told under the same id when the event is translated again', async () => {
    const ids = async () => {
      const [identify] = sentTo(await afterwards(...story), 'segment');
      return identify?.messageId;
    };
    const first = await ids();
    translator = await translatorOf(mapping);
    expect(await ids()).toBe(first);
  });
});

describe('an event of nobody, in a mapping that holds', () => {
  const held = definitionOf(
    `event: { name: Called, user: { fallback_anonymous_id: =card, phone: =phone } }\nstitch: [phone]\nhold: { for: 10m }\ndestinations: [segment]`,
    'held.yaml',
  );
  beforeEach(async () => {
    translator = await translatorOf(held);
  });

  /** As an event does that carries both. */
  const link = async (phone: string, visitor: string) =>
    translator.store.stitch([
      {
        event: { id: (await translator.latest()).id, source: 'shop', occurredAt: translator.now() },
        identifiers: [
          { kind: 'phone', value: phone },
          { kind: 'anonymous_id', value: visitor },
        ],
      },
    ]);

  it('waits, and looks again when it has waited twice as long', async () => {
    await translator.send({ phone: '+12025550143', card: 'c1' });
    await translator.translateAll();
    expect(await translator.latest()).toMatchObject({
      status: 'received',
      wait: { waitsFor: 'identity', dueAt: at(10_000) },
    });

    translator.secondsLater(10);
    await translator.translateAll();
    expect(await translator.latest()).toMatchObject({ wait: { dueAt: at(20_000) } });

    translator.secondsLater(30);
    await translator.translateAll();
    expect((await translator.latest()).wait?.dueAt).toEqual(at(80_000));
  });

  it('goes as soon as it sees a link to somebody', async () => {
    await translator.send({ phone: '+12025550143', card: 'c1' });
    await translator.translateAll();
    await link('+12025550143', 'a1');
    translator.secondsLater(10);
    await translator.translateAll();

    expect(sentTo(await translator.latest(), 'segment')).toMatchObject([{ anonymousId: 'a1' }]);
  });

  it('goes as it is when its time is over', async () => {
    await translator.send({ phone: '+12025550143', card: 'c1' });
    for (let looks = 0; looks < 8; looks += 1) {
      await translator.translateAll();
      translator.secondsLater(90);
    }
    await translator.translateAll();

    expect(sentTo(await translator.latest(), 'segment')).toMatchObject([{ anonymousId: 'c1' }]);
    expect((await translator.latest()).tries).toBe(1);
  });

  it('keeps no other event waiting', async () => {
    await translator.send({ phone: '+12025550143', card: 'c1' });
    await link('+12025550199', 'a9');
    await translator.send({ phone: '+12025550199', card: 'c2' });
    await translator.translateAll();

    expect((await translator.store.stats()).events).toMatchObject({ received: 1, translated: 1 });
    expect(sentTo(await translator.latest(), 'segment')).toMatchObject([{ anonymousId: 'a9' }]);
  });
});
