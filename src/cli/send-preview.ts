import { createSender } from '../delivery/send.ts';
import type { ConfiguredDestination } from '../destinations/destination.ts';
import type { Outcome } from '../model/attempt.ts';
import type { Clock } from '../model/clock.ts';
import { attempt } from '../pipeline/attempt.ts';
import type { Preview } from '../pipeline/preview.ts';
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
    for (const { destinations } of preview.items) {
      for (const result of destinations.filter(isPayload)) {
        sent.push(await sendOne(result, { ...dependencies, sender }));
      }
    }
  } finally {
    sender.close();
  }
  return sent;
}

type Payload = Extract<PreviewDestination, { outcome: 'payload' }>;

async function sendOne(
  { destination, outgoingId, off, payload }: Payload,
  { destinations, sender, clock, show }: SendDependencies & { readonly sender: ReturnType<typeof createSender> },
): Promise<Sent> {
  const target = destinations.find(({ name }) => name === destination);
  const about = { destination, outgoingId };
  if (target === undefined || off !== null) return { ...about, durationMs: 0, outcome: null, message: `off: ${off}` };
  const startedMs = performance.now();
  const { signal } = new AbortController();
  const { outcomes } = await attempt([{ payload: JSON.stringify(payload) }], target, {
    sender,
    clock,
    show,
    shutdown: signal,
  });
  const [outcome = null] = outcomes;
  const durationMs = Math.round(performance.now() - startedMs);
  return { ...about, durationMs, outcome, message: outcome === null ? 'stopped' : null };
}
