import { describe, expect, it } from 'vitest';
import type { ClaimedEvent, ReceivedRequest } from '../../../src/model/event.ts';
import type { SqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';
import {
  aClaim,
  anEvent,
  aRequest,
  at,
  claimOne,
  delayed,
  leaseMs,
  only,
  record,
  translated,
} from '../../contracts/store-samples.ts';
import { freshDatabase, storeOn } from './data-directory.ts';

/** What was claimed as the request was recorded. */
async function recordAtOnce(store: SqliteStore, request: Partial<ReceivedRequest> = {}) {
  const told: (readonly ClaimedEvent[])[] = [];
  await store.recordRequest(aRequest(request), {
    worker: 'wrk_one',
    leaseMs,
    isWanted: () => true,
    claimed: (events) => void told.push(events),
  });
  expect(told.length).toBeLessThanOrEqual(1);
  return told.flat();
}

describe('an event that is claimed as it is recorded', () => {
  it('says what it says when it is claimed in line', async () => {
    const [one, other] = [storeOn(freshDatabase()), storeOn(freshDatabase())];
    const request = aRequest({ kind: 'post_call', headers: { 'x-a': 'é' }, events: [anEvent({ externalId: 'in_1' })] });
    const atOnce = only(await recordAtOnce(one, request));
    await other.recordRequest(request);

    expect(atOnce).toEqual({ ...(await claimOne(other)), id: atOnce.id });
  });

  it('is nobody else’s until its lease ends, and then tried once more', async () => {
    const store = storeOn(freshDatabase());
    await recordAtOnce(store);

    expect(await store.claimEvents(aClaim({ now: at(leaseMs - 1) }))).toEqual([]);
    expect(await claimOne(store, aClaim({ now: at(leaseMs) }))).toMatchObject({ tries: 2 });
  });

  it('is in line again once its gateway is gone', async () => {
    const store = storeOn(freshDatabase());
    const { id } = only(await recordAtOnce(store));
    // As the next one does when it opens the file.
    await store.endLeasesOfTheDead(at(1_000));

    expect(await claimOne(store)).toMatchObject({ id, tries: 2 });
  });

  it('can be settled, and given back untried', async () => {
    const store = storeOn(freshDatabase());
    const first = only(await recordAtOnce(store));
    const second = only(await recordAtOnce(store));
    const settled = [translated(first, []), { to: 'released', event: second, settledAt: at(2_000) } as const];

    expect(await store.settleTranslations(settled)).toEqual([true, true]);
    expect(await claimOne(store)).toMatchObject({ id: second.id, tries: 1 });
  });
});

describe('an event waits in line instead', () => {
  it('behind one that waits there', async () => {
    const store = storeOn(freshDatabase());
    await record(store, ['in_1']);

    expect(await recordAtOnce(store, { events: [anEvent({ externalId: 'in_2' })] })).toEqual([]);
    const claimed = await store.claimEvents(aClaim());
    expect(claimed.map(({ externalId }) => externalId)).toEqual(['in_1', 'in_2']);
  });

  it('once a delay has ended, so that somebody looks for what is due', async () => {
    const store = storeOn(freshDatabase());
    const held = only(await recordAtOnce(store));
    await store.settleTranslations([delayed(held, at(5_000))]);

    expect(await recordAtOnce(store, { receivedAt: at(4_999) })).toHaveLength(1);
    expect(await recordAtOnce(store, { receivedAt: at(5_000) })).toEqual([]);
  });

  it('once a lease has ended, however many events come', async () => {
    const store = storeOn(freshDatabase());
    await recordAtOnce(store);

    expect(await recordAtOnce(store, { receivedAt: at(leaseMs - 1) })).toHaveLength(1);
    expect(await recordAtOnce(store, { receivedAt: at(leaseMs) })).toEqual([]);
  });

  it('while a person is forgotten', async () => {
    const store = storeOn(freshDatabase());
    const forgetting = store.forget({ kind: 'email', value: 'ada@example.com' });
    expect(await recordAtOnce(store)).toEqual([]);
    await forgetting;
    await claimOne(store);

    expect(await recordAtOnce(store)).toHaveLength(1);
  });
});

it('of a request only those are claimed that are new and that a mapping will see', async () => {
  const store = storeOn(freshDatabase());
  const unusable = { reason: 'not_an_event', message: 'no id' } as const;
  const events = [anEvent({ externalId: 'in_1' }), anEvent({ unusable }), anEvent({ externalId: 'in_2' })];
  only(await recordAtOnce(store, { events: [anEvent({ externalId: 'in_1' })] }));

  expect((await recordAtOnce(store, { events })).map(({ externalId }) => externalId)).toEqual(['in_2']);
});
