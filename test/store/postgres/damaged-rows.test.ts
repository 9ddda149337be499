import { expect, it } from 'vitest';
import { openStore } from '../../../src/store/open.ts';
import type { Damage, Store } from '../../../src/store/store.ts';
import {
  aClaim,
  aDraft,
  anEvent,
  aRequest,
  at,
  claimDeliveries,
  claimDelivery,
  externalIds,
  queue,
  settleDeliveries,
  settledAs,
} from '../../contracts/store-samples.ts';
import { describeOnPostgres } from '../../support/postgres/databases.ts';
import { connect, storeAt, testDatabase } from './test-database.ts';

/** What `fill` stored, with rows changed behind the gateway's back. */
async function spoilt(
  fill: (store: Store) => Promise<unknown>,
  spoil: string,
): Promise<{ store: Store; damages: readonly Damage[] }> {
  const url = await testDatabase();
  await fill(await storeAt(url));
  await (await connect(url)).query(spoil);
  const damages: Damage[] = [];
  const store = await openStore({
    dataDir: '',
    databaseUrl: url,
    clock: { now: () => at(5_000) },
    damaged: (damage) => damages.push(damage),
  });
  return { store, damages };
}

const three = ['one', 'two', 'three'].map((mark, item) => aDraft({ item, payload: `{"mark":"${mark}"}` }));
const payloads = (deliveries: readonly { payload: string }[]) => deliveries.map(({ payload }) => payload);

const events = async (store: Store) => {
  for (const mark of ['one', 'two', 'three']) {
    const body = Buffer.from(`{"mark":"${mark}"}`);
    await store.recordRequest(aRequest({ body, events: [anEvent({ externalId: mark })] }));
  }
};
const now = at(5_000);

describeOnPostgres('a delivery that is damaged', () => {
  it('is never sent: it ends dead with a plain reason, and the others go', async () => {
    const { store, damages } = await spoilt(
      (before) => queue(before, three),
      `update delivery set payload = replace(payload, 'two', 'twp')`,
    );

    expect(payloads(await claimDeliveries(store, 'segment', { now }))).toEqual([three[0]?.payload, three[2]?.payload]);

    const { items } = await store.listDeliveries({ status: 'dead' }, { limit: 10 });
    expect(items).toMatchObject([
      {
        state: { reason: 'invalid_payload' },
        attempts: 1,
        lastMessage: expect.stringContaining('the stored delivery is damaged'),
      },
    ]);
    expect((await store.stats()).deliveries).toMatchObject({ pending: 0, in_flight: 2, dead: 1 });
    expect((await store.problems()).deliveries).toMatchObject([{ reason: 'invalid_payload', count: 1 }]);
    expect(damages).toEqual([
      { place: `delivery ${items[0]?.id}`, what: expect.stringContaining('not what was written') },
    ]);
    expect((await store.condition()).damages).toEqual(damages);
    expect(await store.getDelivery(items[0]?.id ?? 'dlv_')).toMatchObject({ payload: 'null', isDamaged: true });
  });

  it('lets the next one of its person go', async () => {
    const { store } = await spoilt(
      (before) =>
        queue(
          before,
          three.map((draft) => ({ ...draft, person: 'ada' })),
        ),
      `update delivery set payload = replace(payload, 'one', 'onf')`,
    );

    expect(await claimDeliveries(store, 'segment', { now })).toEqual([]);
    expect(payloads(await claimDeliveries(store, 'segment', { now }))).toEqual([three[1]?.payload]);
  });

  it('is shown as such when somebody looks, with what is whole of it', async () => {
    const { store, damages } = await spoilt(async (before) => {
      await queue(before, three.slice(0, 1));
      await settleDeliveries(before, [settledAs(await claimDelivery(before))]);
    }, `update attempt set response_body = response_body || '.'`);
    const { items } = await store.listDeliveries({}, { limit: 10 });

    expect(await store.getDelivery(items[0]?.id ?? 'dlv_')).toMatchObject({
      payload: three[0]?.payload,
      history: [],
      isDamaged: true,
    });
    expect(damages).toEqual([{ place: expect.stringMatching(/^attempt att_/), what: expect.any(String) }]);
  });
});

describeOnPostgres('an event that is damaged', () => {
  it.each([
    ['its request', `update request set body = convert_to(replace(encode(body, 'escape'), 'two', 'twp'), 'utf8')`],
    ['itself', `update event set occurred_at = occurred_at + 1 where external_id = 'two'`],
    ['its digest', `update event set digest = null where external_id = 'two'`],
  ])('is never translated, in %s: it fails with a plain message, and the others go', async (_, spoil) => {
    const { store, damages } = await spoilt(events, spoil);

    expect(externalIds(await store.claimEvents(aClaim({ now })))).toEqual(['one', 'three']);

    const { items } = await store.listEvents({ status: 'failed' }, { limit: 10 });
    expect(items).toMatchObject([{ externalId: 'two', message: expect.stringContaining('is damaged') }]);
    expect((await store.stats()).events).toMatchObject({ received: 2, failed: 1 });
    expect(damages).toEqual([{ place: `event ${items[0]?.id}`, what: expect.stringContaining('request') }]);
    expect(await store.getEvent(items[0]?.id ?? 'evt_')).toMatchObject({ isDamaged: true });
  });
});

describeOnPostgres('a counter that is damaged', () => {
  it('keeps nothing from moving', async () => {
    const { store } = await spoilt(events, 'update tally set count = 1');

    const claimed = await store.claimEvents(aClaim({ now }));
    const settled = claimed.map(
      (event) => ({ to: 'unmatched', event, settledAt: at(6_000), why: 'none', runs: [] }) as const,
    );

    expect(await store.settleTranslations(settled)).toEqual([true, true, true]);
    expect((await store.stats()).events).toMatchObject({ received: 0, unmatched: 3 });
  });
});
