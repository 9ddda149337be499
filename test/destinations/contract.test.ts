import { expect, it } from 'vitest';
import { type DestinationName, destinationNamed, destinations } from '../../src/destinations/index.ts';
import { type DestinationFacts, describeDestination } from '../contracts/destination.contract.ts';

const facts: Readonly<Record<DestinationName, DestinationFacts>> = {
  usermaven: { dedupesOn: 'event_id', accepted: '{"status":"ok"}', secretInUrl: true },
  vemetric: { accepted: '' },
  umami: { accepted: '{"cache":"<jwt>","sessionId":"ddbfadfe-43be-5e0a-b2c3-03cff8768985"}' },
  segment: { dedupesOn: 'messageId', accepted: '{"success":true}' },
  http: {
    dedupesOn: 'headers.idempotency-key',
    accepted: '{"ok":true}',
    bodyIn: (payload) => JSON.stringify(JSON.parse(payload).body),
  },
  console: { accepted: '' },
};

for (const destination of Object.values(destinations))
  describeDestination(destination, facts[destination.name as DestinationName]);

it('finds a destination by the word that gateway.yaml uses, and no other', () => {
  expect(destinationNamed('umami')).toBe(destinations.umami);
  expect(destinationNamed('plausible')).toBeUndefined();
  expect(destinationNamed('toString')).toBeUndefined();
});
