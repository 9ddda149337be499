import { createSender } from '../delivery/send.ts';
import type { ConfiguredDestination } from '../destinations/destination.ts';
import type { Outcome } from '../model/attempt.ts';
import { addMs, type Clock } from '../model/clock.ts';
import type { ClaimedDelivery } from '../model/delivery.ts';
import { newId } from '../model/id.ts';
import { attempt } from '../pipeline/attempt.ts';
import type { Preview, Told } from '../pipeline/preview.ts';
import type { PreviewDestination } from '../pipeline/preview-items.ts';
import { isPayload } from './preview-view.ts';

/** What came of sending one payload of a preview. */
export interface Sent {
  readonly destination: string;
  readonly outgoingId: string;
  readonly durationMs: number;
  /** Null where nothing was sent; `message` says why. */
  readonly outcome: Outcome | null;
  readonly message: string | null;
}

export interface SendDependencies {
  readonly destinations: readonly ConfiguredDestination[];
  readonly clock: Clock;
  /** Where a local destination shows its payloads. */
  readonly show: (text: string) => void;
}

/** Sends every payload of a preview once, as a worker would: the same checks, requests, ids and reading of answers. */
export async function sendPreview(preview: Preview, dependencies: SendDependencies): Promise<readonly Sent[]> {
  if (!('event' in preview)) return [];
  const sender = createSender();
  const sent: Sent[] = [];
  try {
    for (const [item, { destinations }] of preview.items.entries()) {
      for (const result of destinations.filter(isPayload)) {
        const made = delivery(preview, { item, result, now: dependencies.clock.now() });
        sent.push(await sendOne(result, made, { ...dependencies, sender }));
      }
    }
  } finally {
    sender.close();
  }
  return sent;
}

type Payload = Extract<PreviewDestination, { outcome: 'payload' }>;

async function sendOne(
  { destination, outgoingId, off }: Payload,
  delivery: ClaimedDelivery,
  { destinations, sender, clock, show }: SendDependencies & { readonly sender: ReturnType<typeof createSender> },
): Promise<Sent> {
  const target = destinations.find(({ name }) => name === destination);
  const about = { destination, outgoingId };
  if (target === undefined || off !== null) return { ...about, durationMs: 0, outcome: null, message: `off: ${off}` };
  const startedMs = performance.now();
  const { signal } = new AbortController();
  const [outcome = null] = await attempt([delivery], target, { sender, clock, show, shutdown: signal });
  const durationMs = Math.round(performance.now() - startedMs);
  return { ...about, durationMs, outcome, message: outcome === null ? 'stopped' : null };
}

interface Making {
  readonly item: number;
  readonly result: Payload;
  readonly now: Date;
}

/** A delivery as a worker would have claimed it; it is in no store. */
function delivery({ event, file }: Told, { item, result, now }: Making): ClaimedDelivery {
  return {
    id: newId('dlv', now),
    eventId: event.id,
    mapping: { file, version: '' },
    item,
    destination: result.destination,
    outgoingId: result.outgoingId,
    payload: JSON.stringify(result.payload),
    stitch: null,
    person: null,
    attempts: 0,
    failures: 0,
    failingSince: null,
    replayOf: null,
    createdAt: now,
    receivedAt: event.receivedAt,
    state: { status: 'in_flight', claimedBy: newId('wrk', now), leaseEndsAt: addMs(now, 60_000), token: 1 },
  };
}
