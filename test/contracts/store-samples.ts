/** Requests, claims and settlements for tests of the store: complete, and different only where a test says so. */
import { expect } from 'vitest';
import type { Attempt, Outcome } from '../../src/model/attempt.ts';
import { addMs } from '../../src/model/clock.ts';
import type { ClaimedDelivery, Draft, JoinDraft, Settlement } from '../../src/model/delivery.ts';
import type { ClaimedEvent, ReceivedRequest, SourceEvent } from '../../src/model/event.ts';
import { newId } from '../../src/model/id.ts';
import type { DeliveryClaim, EventClaim, Store, TranslationSettlement } from '../../src/store/store.ts';

export const noon = new Date('2026-11-21T12:00:00.000Z');
export const at = (ms: number): Date => addMs(noon, ms);
export const leaseMs = 60_000;

export function anEvent(event: Partial<SourceEvent> = {}): SourceEvent {
  return { type: 'invoice.paid', externalId: newId('evt', noon), occurredAt: at(-5_000), item: null, ...event };
}

export function aRequest(request: Partial<ReceivedRequest> = {}): ReceivedRequest {
  return {
    source: 'stripe',
    kind: null,
    method: 'POST',
    url: 'https://hooks.example.com/in/stripe',
    headers: { 'content-type': 'application/json' },
    body: Buffer.from('{"object":"event"}'),
    receivedAt: noon,
    events: [anEvent()],
    ...request,
  };
}

/** One request per external id, received a millisecond apart. */
export async function record(store: Store, externalIds: readonly string[], request: Partial<ReceivedRequest> = {}) {
  for (const [index, externalId] of externalIds.entries()) {
    await store.recordRequest(aRequest({ receivedAt: at(index), ...request, events: [anEvent({ externalId })] }));
  }
}

export function aClaim(claim: Partial<EventClaim> = {}): EventClaim {
  return { worker: 'wrk_one', limit: 100, leaseMs, aloneAfterTries: 3, now: at(1_000), ...claim };
}

export function aDraft(draft: Partial<Draft> = {}): Draft {
  return {
    mapping: { file: 'stripe-payment.yaml', version: '3f2a' },
    item: 0,
    destination: 'segment',
    outgoingId: '0b5f2c1e-0000-8000-8000-000000000001',
    payload: '{"event":"Paid"}',
    stitch: null,
    person: null,
    ...draft,
  };
}

export function translated(
  event: ClaimedEvent,
  drafts: readonly (Draft | JoinDraft)[],
  settledAt = at(2_000),
): Extract<TranslationSettlement, { to: 'translated' }> {
  return {
    to: 'translated',
    event,
    settledAt,
    drafts,
    runs: [{ mapping: 'stripe-payment.yaml', matched: true }],
    origins: [],
  };
}

export function delayed(event: ClaimedEvent, dueAt: Date): TranslationSettlement {
  return { to: 'delayed', event, settledAt: at(2_000), dueAt, waitsFor: 'lookup', runs: [] };
}

/** Deliveries waiting in line, one for each draft, all of one event. */
export async function queue(store: Store, drafts: readonly Draft[], settledAt = at(2_000)): Promise<ClaimedEvent> {
  await store.recordRequest(aRequest());
  const event = await claimOne(store);
  expect(await store.settleTranslations([translated(event, drafts, settledAt)])).toEqual([true]);
  return event;
}

export const delivered: Outcome = { kind: 'delivered', response: { status: 200, body: '{"success":true}' } };
export const refused: Outcome = { kind: 'fail', reason: 'rejected', message: 'no such field' };
export const throttled: Outcome = { kind: 'retry', reason: 'throttled', message: 'slow down', retryAfterMs: 30_000 };

export function anAttempt(delivery: ClaimedDelivery, outcome: Outcome = delivered): Attempt {
  const startedAt = at(3_000);
  const number = delivery.attempts + 1;
  return { id: newId('att', startedAt), deliveryId: delivery.id, number, startedAt, durationMs: 120, outcome };
}

export function settledAs(delivery: ClaimedDelivery, outcome: Outcome = delivered, settledAt = at(4_000)): Settlement {
  const attempt = anAttempt(delivery, outcome);
  switch (outcome.kind) {
    case 'delivered':
      return { to: 'delivered', delivery, attempt, settledAt };
    case 'fail':
      return { to: 'dead', delivery, attempt, settledAt, reason: outcome.reason, cause: 'no such field' };
    case 'retry':
      return {
        to: 'pending',
        delivery,
        attempt,
        settledAt,
        dueAt: addMs(settledAt, outcome.retryAfterMs ?? 5_000),
        counts: true,
      };
  }
}

export async function claimOne(store: Store, claim = aClaim()): Promise<ClaimedEvent> {
  return only(await store.claimEvents(claim));
}

export async function claimDelivery(store: Store, claim = aClaim({ now: at(2_000) })): Promise<ClaimedDelivery> {
  return only(await claimDeliveries(store, 'segment', claim));
}

/** A claim by a lane that lets everything through. */
export function aDeliveryClaim(claim: Partial<DeliveryClaim> = {}): DeliveryClaim {
  const { worker, limit, leaseMs: lease, now } = aClaim(claim);
  const admit: DeliveryClaim['admit'] = (lane) => ({ limit: Number.POSITIVE_INFINITY, after: () => lane });
  return { destination: 'segment', worker, limit, leaseMs: lease, now, admit, ...claim };
}

export async function claimDeliveries(
  store: Pick<Store, 'claimDeliveries'>,
  destination: string,
  claim: Partial<DeliveryClaim> = {},
): Promise<readonly ClaimedDelivery[]> {
  return (await store.claimDeliveries(aDeliveryClaim({ ...claim, destination }))).deliveries;
}

/** Settlements that change nothing about the lane; whether each was kept. */
export async function settleDeliveries(
  store: Pick<Store, 'settleDeliveries'>,
  settlements: readonly Settlement[],
): Promise<readonly boolean[]> {
  const destination = settlements[0]?.delivery.destination ?? 'segment';
  return (await store.settleDeliveries({ destination, settlements, observe: (lane) => lane })).kept;
}

export const outgoingIds = (deliveries: readonly { outgoingId: string }[]) => deliveries.map((one) => one.outgoingId);
export const externalIds = (events: readonly { externalId: string }[]) => events.map((one) => one.externalId);

export function only<T>(items: readonly T[]): T {
  const [item] = items;
  if (item === undefined || items.length > 1) expect.fail(`there are ${items.length}, not one`);
  return item;
}

export async function allPages<T>(
  page: (cursor: string | undefined) => Promise<{ items: readonly T[]; nextCursor: string | null }>,
): Promise<(readonly T[])[]> {
  const pages: (readonly T[])[] = [];
  let cursor: string | null | undefined;
  while (cursor !== null) {
    const { items, nextCursor } = await page(cursor);
    pages.push(items);
    cursor = nextCursor;
  }
  return pages;
}
