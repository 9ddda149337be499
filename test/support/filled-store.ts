import { addMs, dateFromMs } from '../../src/model/clock.ts';
import type { ClaimedDelivery, Draft, Settlement } from '../../src/model/delivery.ts';
import type { ClaimedEvent, SourceEvent } from '../../src/model/event.ts';
import { newId } from '../../src/model/id.ts';
import type { Store, TranslationSettlement } from '../../src/store/store.ts';

/** Fills a store with events and deliveries in every state that there is, through the methods of its contract. */

const startMs = Date.UTC(2026, 10, 21, 12);
const after = (ms: number): Date => dateFromMs(startMs + ms);
/** What everything after the receipt is counted from: later than the last request. */
const workMs = 10_000_000;
const eventsOfRequest = 20;
const leaseMs = 60_000;
const destinations = ['segment', 'umami'] as const;
/** What databases have trouble with: NUL, halves of a pair, what escapes are made of, bytes beyond ASCII. */
const awkward = ['\0', '\ud800', '\udc00', '\u0010', '\u00100000', 'ä', '🚀', '\\x00', "';--", ''];

export async function fillStore(store: Store, events: number): Promise<void> {
  await purgeOne(store);
  await forgetOne(store);
  for (let first = 0; first < events; first += eventsOfRequest) {
    const count = Math.min(eventsOfRequest, events - first);
    await store.recordRequest(requestOf(first, count));
  }
  await translateMost(store, events);
  for (const destination of destinations) await deliverSome(store, destination);
  await operate(store);
}

function requestOf(first: number, count: number) {
  const text = awkward[(first / eventsOfRequest) % awkward.length] ?? '';
  const events = Array.from({ length: count }, (_, index): SourceEvent => {
    const number = first + index;
    const unusable = { reason: 'thin_event', message: `no data: ${text}` } as const;
    return {
      type: number % 7 === 0 ? `type ${text}` : 'invoice.paid',
      externalId: `evt_${number}${text}`,
      occurredAt: after(number),
      item: index,
      ...(number % 97 === 0 && { unusable }),
    };
  });
  return {
    source: first % 3 === 0 ? 'stripe' : 'hubspot',
    kind: first % 2 === 0 ? null : 'workflow',
    method: 'POST',
    url: `https://hooks.example.com/in/stripe?text=${text}`,
    headers: { 'content-type': 'application/json', 'x-text': text },
    body: Buffer.concat([
      Buffer.from(`{"first":${first},"text":${JSON.stringify(text)}}`),
      Buffer.from([0, 255, first % 256]),
    ]),
    receivedAt: after(first),
    events,
  };
}

/** One event that is too old to be kept: only its key stays, for a time. */
async function purgeOne(store: Store): Promise<void> {
  const event: SourceEvent = { type: 'old', externalId: 'evt_old', occurredAt: after(0), item: null };
  await store.recordRequest({ ...requestOf(0, 0), receivedAt: after(0), events: [event] });
  const [claimed] = await claimEvents(store, 1, after(1));
  if (claimed !== undefined) await store.settleTranslations([{ ...unmatched(claimed), settledAt: after(2) }]);
  const keep = { deliveredMs: 1, deadMs: 1, keysMs: 1_000_000_000 };
  await store.purge({ now: after(1_000), limit: 10, keep });
}

/** One person who is forgotten: their key stays for good. */
async function forgetOne(store: Store): Promise<void> {
  const event: SourceEvent = { type: 'theirs', externalId: 'evt_theirs', occurredAt: after(0), item: null };
  const email = { kind: 'email', value: 'forgotten@example.com' };
  await store.recordRequest({
    ...requestOf(0, 0),
    body: Buffer.from('{"email":"forgotten@example.com"}'),
    events: [event],
  });
  const [claimed] = await claimEvents(store, 1, after(1));
  if (claimed !== undefined) await store.stitch([{ event: claimed, identifiers: [email] }]);
  await store.forget(email);
}

const claimEvents = (store: Store, limit: number, now: Date): Promise<readonly ClaimedEvent[]> =>
  store.claimEvents({ worker: 'wrk_filling', limit, leaseMs, aloneAfterTries: 3, now });

const unmatched = (event: ClaimedEvent): TranslationSettlement => ({
  event,
  settledAt: after(workMs),
  to: 'unmatched',
  why: 'no mapping matches',
  runs: [],
});

/** A tenth stays as it was received, a tenth under a lease. */
async function translateMost(store: Store, events: number): Promise<void> {
  const leased = Math.floor(events / 10);
  for (let left = events - 2 * leased; left > 0; ) {
    const claimed = await claimEvents(store, Math.min(500, left), after(workMs - leaseMs));
    if (claimed.length === 0) break;
    left -= claimed.length;
    const stitchings = claimed.filter(({ externalId }) => externalId.includes('5')).map(stitchingOf);
    await store.stitch(stitchings);
    await store.settleTranslations(claimed.map(settlementOf));
  }
  await claimEvents(store, leased, after(workMs));
}

function stitchingOf(event: ClaimedEvent) {
  const number = numberOf(event);
  const identifiers = [
    { kind: 'email', value: `person${number % 1_000}@example.com` },
    { kind: 'anonymous_id', value: `visitor ${event.externalId}` },
  ];
  return { event, identifiers };
}

const numberOf = ({ externalId }: ClaimedEvent): number => Number.parseInt(externalId.slice('evt_'.length), 10);

function settlementOf(event: ClaimedEvent): TranslationSettlement {
  const number = numberOf(event);
  const settledAt = after(workMs);
  const runs = [{ mapping: 'filled.yaml', said: event.externalId }];
  switch (number % 10) {
    case 0:
      return {
        event,
        settledAt,
        to: 'failed',
        reason: 'mapping_failed',
        message: `no field ${number}`,
        drafts: [],
        runs,
        origins: [],
      };
    case 1:
      return unmatched(event);
    case 2:
      return { event, settledAt, to: 'delayed', dueAt: addMs(settledAt, 1_000 + number), waitsFor: 'lookup', runs };
    default:
      // Back at the head of the line, where too many of them would be claimed again and again.
      if (number % 1_000 === 3) return { event, settledAt, to: 'released' };
      return { event, settledAt, to: 'translated', drafts: draftsOf(event), runs, origins: ['event', 'link'] };
  }
}

const draftsOf = (event: ClaimedEvent): readonly Draft[] =>
  destinations.map((destination) => {
    const number = numberOf(event);
    return {
      mapping: { file: 'filled.yaml', version: '3f2a' },
      item: 0,
      destination,
      outgoingId: `out_${destination}_${number}`,
      payload: JSON.stringify({ event: event.externalId, padding: 'x'.repeat(number % 300) }),
      stitch: null,
      person: number % 4 === 0 ? null : `person ${number % 500}`,
      ...(number % 50 === 5 && {
        join: { userId: `user${number}\0`, anonymousId: `visitor ${event.externalId}`, isAll: false },
      }),
    };
  });

/** Some rounds: what is left over stays pending, in line or behind, and the last claims stay in flight. */
async function deliverSome(store: Store, destination: string): Promise<void> {
  for (let round = 0; round < 8; round += 1) {
    const now = after(workMs + 1_000 * (round + 1));
    const { deliveries } = await store.claimDeliveries({
      destination,
      worker: 'wrk_filling',
      limit: 5_000,
      leaseMs,
      now,
      admit: (lane) => ({ limit: Number.POSITIVE_INFINITY, after: () => lane }),
    });
    if (deliveries.length === 0) break;
    const kept = round === 7 ? [] : deliveries.filter((_, index) => index % 20 !== 0);
    await store.settleDeliveries({
      destination,
      settlements: kept.map((delivery, index) => settledAs(delivery, index, now)),
      observe: (lane) => ({ ...lane, tokens: { count: 0.1 + 0.2, countedAt: now }, failuresInARow: 2 }),
    });
  }
}

function settledAs(delivery: ClaimedDelivery, index: number, settledAt: Date): Settlement {
  const said = `answer ${awkward[index % awkward.length]}`;
  const attempt = (outcome: Parameters<typeof attemptOf>[1]) => attemptOf(delivery, outcome, settledAt);
  switch (index % 5) {
    case 0: {
      const outcome = { kind: 'fail', reason: 'rejected', message: said } as const;
      return { to: 'dead', delivery, settledAt, attempt: attempt(outcome), reason: 'rejected', cause: said };
    }
    case 1: {
      const outcome = { kind: 'retry', reason: 'server_error', message: said, retryAfterMs: 30_000 } as const;
      const dueAt = addMs(settledAt, 30_000 + index);
      return { to: 'pending', delivery, settledAt, attempt: attempt(outcome), dueAt, counts: true };
    }
    default: {
      const outcome = { kind: 'delivered', response: { status: 200, body: said } } as const;
      return { to: 'delivered', delivery, settledAt, attempt: attempt(outcome) };
    }
  }
}

const attemptOf = (
  delivery: ClaimedDelivery,
  outcome: Extract<Settlement, { attempt: object }>['attempt']['outcome'],
  startedAt: Date,
) => ({
  id: newId('att', startedAt),
  deliveryId: delivery.id,
  number: delivery.attempts + 1,
  startedAt,
  durationMs: 120,
  outcome,
});

/** What an operator does: redelivers, cancels, replays, pauses. */
async function operate(store: Store): Promise<void> {
  const now = after(workMs + 20_000);
  await store.redeliver({
    which: { filter: { destination: 'segment' }, limit: 50 },
    dueAt: addMs(now, 60_000),
    everyMs: 10,
  });
  const dead = await store.listDeliveries({ destination: 'umami', status: 'dead' }, { limit: 50 });
  await store.cancelDeliveries(
    dead.items.map(({ id }) => id),
    now,
  );
  const scope = { destinations: ['segment'], includesDelivered: true };
  await store.startReplay({ filter: { status: 'failed', reason: 'mapping_failed' }, ...scope, rate: 0.5 }, now);
  await store.continueReplays(addMs(now, 1));
  await store.changeLane('umami', (lane) => ({ ...lane, pausedAt: now }));
}
