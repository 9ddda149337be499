import { systemClock } from '../../src/model/clock.ts';
import type { ClaimedDelivery, Draft, Settlement } from '../../src/model/delivery.ts';
import type { ClaimedEvent, ReceivedRequest } from '../../src/model/event.ts';
import { newId } from '../../src/model/id.ts';
import { openStore } from '../../src/store/open.ts';
import type { Store } from '../../src/store/store.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** Data folders of gateways that have run for long: so many events, each delivered to one destination. */

const filled = new Map<number, Promise<string>>();

/** Made once, by the methods of the store's contract; gateways that run on it one after the other add to it. */
export function filledData(events: number): Promise<string> {
  const made = filled.get(events) ?? fill(events);
  filled.set(events, made);
  return made;
}

const worker = 'wrk_filling';
const leaseMs = 600_000;
const eventsOfRequest = 20;
const batch = 2_000;
/** With twenty events in it, a body of HubSpot's. */
const padding = 'x'.repeat(6_000);
const payloadPadding = 'x'.repeat(500);

async function fill(events: number): Promise<string> {
  const dataDir = temporaryFolder();
  const startedMs = performance.now();
  const store = await openStore({ dataDir });
  try {
    for (let first = 0; first < events; first += batch) {
      const count = Math.min(batch, events - first);
      await receive(store, first, count);
      await translate(store);
      await deliver(store);
    }
  } finally {
    await store.close();
  }
  const seconds = Math.round((performance.now() - startedMs) / 1_000);
  console.log(`  ${events.toLocaleString('en-US')} stored and delivered events were made in ${seconds} s`);
  return dataDir;
}

async function receive(store: Store, first: number, count: number): Promise<void> {
  const requests: Promise<unknown>[] = [];
  for (let number = first; number < first + count; number += eventsOfRequest)
    requests.push(store.recordRequest(requestOf(number, Math.min(eventsOfRequest, first + count - number))));
  await Promise.all(requests);
}

function requestOf(first: number, count: number): ReceivedRequest {
  const receivedAt = systemClock.now();
  return {
    source: 'stripe',
    kind: null,
    method: 'POST',
    url: 'http://127.0.0.1/in/stripe',
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify({ first, padding })),
    receivedAt,
    events: Array.from({ length: count }, (_, item) => ({
      type: 'invoice.paid',
      externalId: `evt_${scattered(first + item)}`,
      occurredAt: receivedAt,
      item,
    })),
  };
}

/** The senders' ids lie anywhere in the index. */
const scattered = (number: number): string => String((number * 618_033_989) % 1e12).padStart(12, '0');

async function translate(store: Store): Promise<void> {
  const now = systemClock.now();
  for (;;) {
    const events = await store.claimEvents({ worker, limit: batch, leaseMs, aloneAfterTries: 3, now });
    if (events.length === 0) return;
    await store.settleTranslations(
      events.map((event) => ({
        event,
        settledAt: now,
        to: 'translated',
        drafts: [draftOf(event)],
        runs: [{ mapping: { file: 'filled.yaml', version: '3f2a' }, outcome: 'translated' }],
        origins: ['event'],
      })),
    );
  }
}

const draftOf = ({ externalId }: ClaimedEvent): Draft => ({
  mapping: { file: 'filled.yaml', version: '3f2a' },
  item: 0,
  destination: 'usermaven',
  outgoingId: externalId,
  payload: JSON.stringify({ event: externalId, payloadPadding }),
  stitch: null,
  person: externalId,
});

async function deliver(store: Store): Promise<void> {
  for (;;) {
    const { deliveries } = await store.claimDeliveries({
      destination: 'usermaven',
      worker,
      limit: batch,
      leaseMs,
      now: systemClock.now(),
      admit: (lane) => ({ limit: batch, after: () => lane }),
    });
    if (deliveries.length === 0) return;
    await store.settleDeliveries({
      destination: 'usermaven',
      settlements: deliveries.map(delivered),
      observe: (lane) => lane,
    });
  }
}

function delivered(delivery: ClaimedDelivery): Settlement {
  const settledAt = systemClock.now();
  const attempt = {
    id: newId('att', settledAt),
    deliveryId: delivery.id,
    number: 1,
    startedAt: settledAt,
    durationMs: 12,
    outcome: { kind: 'delivered', response: { status: 200, body: '{"status":"ok"}' } },
  } as const;
  return { to: 'delivered', delivery, settledAt, attempt };
}
