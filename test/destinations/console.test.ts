import { expect, it } from 'vitest';
import { consoleDestination } from '../../src/destinations/console.ts';
import { canonicalEvent } from '../support/canonical-events.ts';

it('shows the canonical event as it is, the traits to remove included, and asks nobody', () => {
  const event = canonicalEvent({ user: { id: 'u', traits: { plan: null } } });
  const { sample, translate, transport } = consoleDestination;
  expect(translate(event, { settings: sample, outgoingId: 'out-1' })).toEqual({ payload: event });
  expect(transport).toBe('local');
});
