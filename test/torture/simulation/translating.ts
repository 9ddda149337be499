import { addMs } from '../../../src/model/clock.ts';
import type { Draft } from '../../../src/model/delivery.ts';
import type { ClaimedEvent } from '../../../src/model/event.ts';
import type { TranslationSettlement } from '../../../src/store/store.ts';
import { destinations, leaseMs, type Worker, type World } from './world.ts';

/** Events on their way: received, claimed, translated. */

const aloneAfterTries = 3;
/** Of payloads that tell that somebody else is the same person. */
const otherKeyShare = 0.08;
const persons = ['ada', 'ben', 'cleo', 'dan', null];

/** Of requests whose worker wants their events at once. */
const atOnceShare = 0.5;

/** A resend of what is known already, now and then. */
export async function accept(world: World, worker: Worker): Promise<void> {
  const known = [...world.events.events.keys()];
  const externalIds = Array.from({ length: 1 + world.draw.number(3) }, (_, at) =>
    world.draw.chance(0.15) ? (world.draw.one(known) ?? world.of('0')) : world.of(`${known.length + at}`),
  );
  const event = (externalId: string) => ({ type: 'check.event', externalId, occurredAt: world.now(), item: null });
  const request = {
    ...{ source: 'stripe', kind: null, method: 'POST', url: 'https://hooks.example.com/in/stripe', headers: {} },
    ...{ body: Buffer.from('{}'), receivedAt: world.now(), events: externalIds.map(event) },
  };
  const taken: ClaimedEvent[] = [];
  const atOnce = {
    worker: worker.id,
    leaseMs,
    isWanted: () => true,
    claimed: (events: readonly ClaimedEvent[]) => void taken.push(...events),
  };
  const receipt = await world.store.recordRequest(request, world.draw.chance(atOnceShare) ? atOnce : undefined);
  const accepted = externalIds.filter((externalId) => world.events.received(externalId, world.nowMs)).length;
  const expected = { accepted, duplicates: externalIds.length - accepted };
  const isSo = receipt.accepted === accepted && receipt.duplicates === expected.duplicates;
  world.expect('tallies', isSo, () => `${JSON.stringify(receipt)} instead of ${JSON.stringify(expected)}`);
  if (taken.length === 0) return;
  world.events.claimedAtOnce({ worker: worker.id, limit: accepted, nowMs: world.nowMs, leaseMs }, taken);
  worker.events.push(...taken);
}

export async function claimEvents(world: World, worker: Worker): Promise<void> {
  const limit = 1 + world.draw.number(20);
  const events = await world.store.claimEvents({
    ...{ worker: worker.id, limit, leaseMs, now: world.now(), aloneAfterTries },
  });
  world.events.claimed({ worker: worker.id, limit, nowMs: world.nowMs, leaseMs }, events);
  worker.events.push(...events);
}

export async function translate(world: World, worker: Worker, share = 0.7): Promise<void> {
  const chosen = worker.events.filter(() => world.draw.chance(share));
  worker.events = worker.events.filter((event) => !chosen.includes(event));
  if (chosen.length === 0) return;
  const settlements = chosen.map((event) => translation(world, event));
  const kept = await world.store.settleTranslations(settlements);
  for (const [index, settlement] of settlements.entries()) {
    const isKept = kept[index] === true;
    const { id, externalId } = settlement.event;
    const replay = world.events.events.get(externalId)?.replay;
    world.events.settled(settlement, isKept, world.nowMs);
    if (!isKept || !('drafts' in settlement)) continue;
    const stored = (await world.store.getEvent(id))?.deliveries ?? [];
    world.deliveries.queued({ id, drafts: settlement.drafts, replay }, stored, world.nowMs);
  }
}

function translation(world: World, event: ClaimedEvent): TranslationSettlement {
  const about = { event, settledAt: world.now(), runs: [] };
  const drafts = (most: number): readonly Draft[] =>
    Array.from({ length: world.draw.number(most + 1) }, (_, item) => draft(world, event, item));
  const [reason, message] = ['mapping_failed', 'no such name'] as const;
  switch (world.draw.weighted({ translated: 78, unmatched: 8, failed: 4, delayed: 6, released: 4 })) {
    case 'translated':
      return { ...about, to: 'translated', drafts: drafts(3), origins: [] };
    case 'unmatched':
      return { ...about, to: 'unmatched', why: 'no mapping matched' };
    case 'failed':
      return { ...about, to: 'failed', reason, message, drafts: drafts(1), origins: [] };
    case 'delayed':
      return { ...about, to: 'delayed', dueAt: addMs(world.now(), world.pauseMs()), waitsFor: 'lookup' };
    case 'released':
      return { event, settledAt: world.now(), to: 'released' };
  }
}

function draft(world: World, { id }: ClaimedEvent, item: number): Draft {
  const person = world.draw.one(persons) ?? null;
  const other = world.draw.chance(otherKeyShare) ? world.draw.one(persons) : undefined;
  const hasOther = person !== null && other !== null && other !== undefined && other !== person;
  return {
    mapping: { file: 'torture.yaml', version: '1' },
    item,
    destination: world.of(world.draw.one(destinations) ?? 'alpha'),
    outgoingId: `${id}:${item}`,
    payload: '{"event":"Torture"}',
    stitch: null,
    person: person === null ? null : world.of(person),
    ...(hasOther && { formerly: [world.of(other)] }),
  };
}
