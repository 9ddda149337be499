import { describe, expect, it } from 'vitest';
import { toIdentifier } from '../../src/identity/identifier.ts';
import type { JsonObject } from '../../src/model/json.ts';
import { at } from '../contracts/store-samples.ts';
import { definitionOf } from '../mapping/definitions.ts';
import { translatorOf } from '../support/translator.ts';

const mapping = definitionOf(`
event:
  name: =name
  user:
    id: =user
    fallback_id: =$firstOf(email, customer, contact, phone)
    anonymous_id: =visitor
    email: =email
    phone: =phone
  identifiers: { stripe_customer: =customer, hubspot_contact: =contact }
stitch: [email, phone, stripe_customer, hubspot_contact]
destinations: [segment]
`);

/** One person's events, in the order in which they occurred. */
const story = [
  { name: 'Called', visitor: 'phone', phone: '+12025550143' },
  { name: 'Called', visitor: 'laptop', phone: '+12025550143' },
  { name: 'Form Submitted', phone: '+12025550143', email: 'ada@example.com' },
  { name: 'Stage Updated', contact: '651', email: 'ada@example.com' },
  { name: 'Paid', customer: 'cus_1', email: 'ada@example.com' },
  { name: 'Signed Up', user: 'u1', customer: 'cus_1' },
] as const;

function ordersOf<T>(items: readonly T[]): readonly (readonly T[])[] {
  if (items.length <= 1) return [items];
  return items.flatMap((first, index) => ordersOf(items.toSpliced(index, 1)).map((rest) => [first, ...rest]));
}

/** The same person, but another one in every order, so that one store holds all of them. */
const inWorld = (event: JsonObject, world: number): JsonObject =>
  Object.fromEntries(
    Object.entries(event).map(([key, value]) => {
      if (key === 'name') return [key, value];
      if (key === 'phone') return [key, `+1202${5_550_000 + world}`];
      return [key, `w${world}-${String(value)}`];
    }),
  );

const identifiersOf = (world: number) =>
  [
    ['phone', `+1202${5_550_000 + world}`],
    ['email', `w${world}-ada@example.com`],
    ['hubspot_contact', `w${world}-651`],
    ['stripe_customer', `w${world}-cus_1`],
    ['user_id', `w${world}-u1`],
    ['anonymous_id', `w${world}-phone`],
  ].map(([kind = '', value = '']) => [toIdentifier(kind, value)].filter((each) => each !== undefined));

describe('six events of one person, in all 720 orders of arrival', () => {
  it('end in the same person, and tell the destination once who each visitor is', async () => {
    const { store, send, translateAll } = await translatorOf(mapping);
    const orders = ordersOf(story.map((event, index) => ({ event, occurredAt: at(index * 60_000) })));
    for (let turn = 0; turn < story.length; turn += 1) {
      for (const [world, order] of orders.entries()) {
        const next = order[turn];
        if (next !== undefined) await send(inWorld(next.event, world), next.occurredAt);
      }
      await translateAll();
    }

    expect(orders).toHaveLength(720);
    for (const world of orders.keys()) {
      const resolutions = await store.resolve(identifiersOf(world));
      expect(resolutions.map(({ userId }) => userId)).toEqual(Array(6).fill(`w${world}-u1`));
      const visitors = resolutions.slice(0, 5).map(({ anonymousId }) => anonymousId);
      expect(visitors).toEqual(Array(5).fill(`w${world}-laptop`));
    }
    const { deliveries } = await store.stats();
    const joins = orders.length * 2;
    expect(deliveries.pending).toBe(orders.length * story.length + joins);
  }, 120_000);
});
