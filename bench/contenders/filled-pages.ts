import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { addMs, dateFromMs, systemClock } from '../../src/model/clock.ts';
import type { ClaimedDelivery, Draft, Settlement } from '../../src/model/delivery.ts';
import type { ClaimedEvent, ReceivedRequest } from '../../src/model/event.ts';
import { newId } from '../../src/model/id.ts';
import { startOf, stepsMs } from '../../src/model/series.ts';
import { moveStore } from '../../src/store/move-store.ts';
import { openStore } from '../../src/store/open.ts';
import type { Store, TranslationSettlement } from '../../src/store/store.ts';

/** What a busy hour leaves behind: a few sources, types and destinations, and of everything some that went wrong. */

const spanMs = stepsMs.hour;
const worker = 'wrk_filling';
const leaseMs = 600_000;
const eventsOfRequest = 20;
const batch = 10_000;
const padding = 'x'.repeat(400);
const sources = ['stripe', 'hubspot', 'callrail'] as const;
const types = ['invoice.paid', 'customer.created', 'charge.refunded', 'contact.creation', 'post_call'] as const;
const destinations = ['usermaven', 'umami'] as const;
const causes = 10;

/** The same in a database that is empty; what it was copied from stays as it is. */
export async function copyPages(dataDir: string, databaseUrl: string): Promise<void> {
  const startedMs = performance.now();
  // What was moved is marked, and no gateway starts on it any more.
  const copy = await mkdtemp(join(tmpdir(), 'hookstitch-bench-'));
  try {
    await cp(dataDir, copy, { recursive: true });
    await moveStore({ dataDir: copy, databaseUrl, now: systemClock.now() });
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    // As the database does it by itself, some time later.
    await client.query('vacuum analyze');
    await client.end();
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
  console.log(`  and were copied to PostgreSQL in ${Math.round((performance.now() - startedMs) / 1_000)} s`);
}

/** However many there are, they came within the same hour: so there are as many minutes of them. */
export async function fillPages(dataDir: string, events: number): Promise<void> {
  const startedMs = performance.now();
  const from = addMs(systemClock.now(), -spanMs);
  const store = await openStore({ dataDir });
  try {
    for (let first = 0; first < events; first += batch) {
      const count = Math.min(batch, events - first);
      await receive(store, { first, count, from, everyMs: spanMs / events });
      await translate(store, first);
      for (const destination of destinations) await deliver(store, destination);
    }
  } finally {
    await store.close();
  }
  const seconds = Math.round((performance.now() - startedMs) / 1_000);
  console.log(`  ${events.toLocaleString('en-US')} events were made in ${seconds} s`);
}

interface Stretch {
  readonly first: number;
  readonly count: number;
  readonly from: Date;
  readonly everyMs: number;
}

async function receive(store: Store, { first, count, from, everyMs }: Stretch): Promise<void> {
  const requests: Promise<unknown>[] = [];
  for (let number = first; number < first + count; number += eventsOfRequest) {
    const receivedAt = dateFromMs(Math.floor(from.getTime() + number * everyMs));
    requests.push(store.recordRequest(requestOf(number, receivedAt)));
  }
  await Promise.all(requests);
}

const nth = <T>(list: readonly T[], number: number): T => list[number % list.length] as T;

function requestOf(number: number, receivedAt: Date): ReceivedRequest {
  const source = nth(sources, Math.floor(number / eventsOfRequest));
  return {
    source,
    kind: null,
    method: 'POST',
    url: `http://127.0.0.1/in/${source}`,
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(
      JSON.stringify(Array.from({ length: eventsOfRequest }, (_, item) => ({ number: number + item, padding }))),
    ),
    receivedAt,
    events: Array.from({ length: eventsOfRequest }, (_, item) => ({
      type: nth(types, number + item),
      externalId: externalId(number + item),
      occurredAt: receivedAt,
      item,
    })),
  };
}

/** The senders' ids lie anywhere in the index. */
export const externalId = (number: number): string => `evt_${String((number * 618_033_989) % 1e12).padStart(12, '0')}`;

export const emailOf = (person: number): string => `person${person}@example.com`;
/** However many people there are, each of them comes so often. */
const eventsOfPerson = 10;
/** One in so many of the events has somebody's e-mail; otherwise making them would be all about people. */
const markedOfEvents = 20;

/** When what came in this minute is settled: together, as it is worked on. */
const endOfMinute = (at: Date): Date => dateFromMs(startOf('minute', at.getTime()) + stepsMs.minute - 1);

async function translate(store: Store, first: number): Promise<void> {
  for (;;) {
    const events = await store.claimEvents({
      worker,
      limit: batch,
      leaseMs,
      aloneAfterTries: 3,
      now: systemClock.now(),
    });
    if (events.length === 0) return;
    const marked = events.filter((_, index) => index % markedOfEvents === 0);
    await store.stitch(
      marked.map((event, index) => ({
        event,
        identifiers: [{ kind: 'email', value: emailOf(Math.floor((first / markedOfEvents + index) / eventsOfPerson)) }],
      })),
    );
    await store.settleTranslations(events.map((event, index) => translated(event, index)));
  }
}

function translated(event: ClaimedEvent, index: number): TranslationSettlement {
  const settledAt = endOfMinute(event.receivedAt);
  const about = { event, settledAt };
  const runs = [{ mapping: `mapping-${index % 4}.yaml`, version: '3f2a', outcome: 'translated' }];
  if (index % 100 === 1) return { ...about, to: 'unmatched', why: 'no mapping is for this type', runs: [] };
  if (index % 100 === 2) {
    const message = `mapping-${index % 4}.yaml: event.user.id: there is none in version ${'abcdefghij'.charAt((index / 100) % causes)}`;
    return { ...about, to: 'failed', reason: 'mapping_failed', message, drafts: [], runs, origins: [] };
  }
  const drafts = [draftOf(event, nth(destinations, index))];
  return { ...about, to: 'translated', drafts, runs, origins: [index % 2 === 0 ? 'event' : 'link'] };
}

const draftOf = ({ externalId: outgoingId }: ClaimedEvent, destination: string): Draft => ({
  mapping: { file: 'filled.yaml', version: '3f2a' },
  ...{ item: 0, destination, outgoingId, stitch: null, person: outgoingId },
  payload: JSON.stringify({ event: outgoingId, padding }),
});

async function deliver(store: Store, destination: string): Promise<void> {
  for (;;) {
    const { deliveries } = await store.claimDeliveries({
      ...{ destination, worker, limit: batch, leaseMs, now: systemClock.now() },
      admit: (lane) => ({ limit: batch, after: () => lane }),
    });
    if (deliveries.length === 0) return;
    const settlements = deliveries.map((delivery, index) => settled(delivery, index));
    await store.settleDeliveries({ destination, settlements, observe: (lane) => lane });
  }
}

function settled(delivery: ClaimedDelivery, index: number): Settlement {
  const settledAt = endOfMinute(delivery.receivedAt);
  const attempt = {
    ...{ id: newId('att', settledAt), deliveryId: delivery.id, number: 1, startedAt: settledAt, durationMs: 12 },
  };
  if (index % 100 !== 0) {
    const outcome = { kind: 'delivered', response: { status: 200, body: '{"status":"ok"}' } } as const;
    return { to: 'delivered', delivery, settledAt, attempt: { ...attempt, outcome } };
  }
  const message = `no such field: ${'abcdefghij'.charAt((index / 100) % causes)}`;
  const outcome = { kind: 'fail', reason: 'rejected', message } as const;
  return { to: 'dead', delivery, settledAt, reason: 'rejected', cause: message, attempt: { ...attempt, outcome } };
}
