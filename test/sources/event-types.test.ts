import { describe, expect, it } from 'vitest';
import { sources } from '../../src/sources/index.ts';
import type { Source } from '../../src/sources/source.ts';

const all: readonly Source[] = Object.values(sources);

describe('the event types of a source', () => {
  it.each(all)('are there, once each: $name', ({ eventTypes }) => {
    expect(eventTypes.length).toBeGreaterThan(5);
    expect(new Set(eventTypes).size).toBe(eventTypes.length);
    expect(eventTypes.filter((type) => !/^[a-z][\w.]*\w$/i.test(type))).toEqual([]);
  });

  it.each(all)('include those of its samples: $name', ({ samples, eventTypes, parse }) => {
    const types = samples.flatMap(({ body, kind }) => {
      const json = body({ id: 'x1', now: new Date('2026-11-21T00:00:00Z') });
      const request = { method: 'POST', url: '', kind, headers: {}, body: Buffer.from('{}'), receivedAt: new Date(0) };
      const parsed = parse(json, request);
      return 'events' in parsed ? parsed.events.map(({ type }) => type) : [];
    });
    expect(types.length).toBeGreaterThan(0);
    expect(types.filter((type) => !eventTypes.includes(type))).toEqual([]);
  });

  it.each([
    [
      'stripe',
      ['invoice.paid', 'customer.subscription.updated', 'checkout.session.completed', 'charge.dispute.created'],
    ],
    ['callrail', ['pre_call', 'post_call', 'form_captured']],
    ['hubspot', ['contact.propertyChange', 'object.creation', 'conversation.newMessage', 'workflow']],
  ] as const)('of %s are the documented ones', (name, types) => {
    expect(sources[name].eventTypes).toEqual(expect.arrayContaining([...types]));
  });
});
