import type { ConfiguredDestination } from '../destinations/destination.ts';
import { publicSettings } from '../mapping/public-settings.ts';
import type { Outcome } from '../model/attempt.ts';
import type { CanonicalEvent } from '../model/canonical-event.ts';
import { GatewayError } from '../model/error.ts';
import { newId, outgoingId } from '../model/id.ts';
import { type AttemptDependencies, attempt } from './attempt.ts';

export interface TestedDestination {
  /** JSON text. */
  readonly payload: string;
  /** Null where shutdown came first. */
  readonly outcome: Outcome | null;
  readonly durationMs: number;
}

/** Sends one harmless event of nobody real, once and past the lane: whether address and credentials are right. */
export async function sendTestEvent(
  target: ConfiguredDestination,
  dependencies: AttemptDependencies,
): Promise<TestedDestination> {
  const { name, destination, settings, off } = target;
  if (off !== null) throw new GatewayError('REQUEST_INVALID', `destination "${name}" is off: ${off}`);
  const now = dependencies.clock.now();
  const id = outgoingId({ source: 'test', eventId: newId('evt', now), mapping: '', item: 0, destination: name });
  const event: CanonicalEvent = {
    type: 'track',
    name: 'Hookstitch Test',
    id,
    timestamp: now.toISOString(),
    user: { id: 'hookstitch-test', anonymous_id: 'hookstitch-test' },
    attributes: { test: true },
    context: {},
  };
  const translated = destination.translate(event, {
    // Without secrets, as mappings are translated.
    settings: publicSettings(destination, settings) as unknown as typeof settings,
    outgoingId: id,
  });
  if ('skipped' in translated) throw new GatewayError('REQUEST_INVALID', `nothing to send: ${translated.skipped}`);
  const payload = JSON.stringify(translated.payload);
  const startedMs = performance.now();
  const { outcomes } = await attempt([{ payload }], target, dependencies);
  const [outcome = null] = outcomes;
  return { payload, outcome, durationMs: Math.round(performance.now() - startedMs) };
}
