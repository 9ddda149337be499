import { readFileSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
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
import { databaseIn, dataDirectory } from './data-directory.ts';

const clock = { now: () => at(5_000) };

/** What `fill` stored, changed by `spoil` while no gateway runs, and opened again. */
async function spoilt(
  fill: (store: Store) => Promise<unknown>,
  spoil: (file: string) => void,
): Promise<{ store: Store; damages: Damage[] }> {
  const dataDir = dataDirectory();
  const before = await openStore({ dataDir, clock });
  await fill(before);
  await before.close();
  const file = databaseIn(dataDir);
  // Nothing is left in the gaps between rows that could be taken for one.
  new Database(file).exec('vacuum').close();
  spoil(file);
  const damages: Damage[] = [];
  const store = await openStore({ dataDir, clock, damaged: (damage) => damages.push(damage) });
  onTestFinished(() => store.close());
  return { store, damages };
}

/** Turns over one bit of `text` where it stands shortly before or in `near`, which is in a row and in no index. */
const flip =
  (text: string, near: string) =>
  (file: string): void => {
    const bytes = readFileSync(file);
    const place = bytes.lastIndexOf(text, bytes.indexOf(near) + near.length - text.length);
    expect(bytes.indexOf(near) - place).toBeLessThan(600);
    bytes.writeUInt8((bytes[place + text.length - 1] ?? 0) ^ 1, place + text.length - 1);
    writeFileSync(file, bytes);
  };

/** The page of an index with what comes first in it. */
const emptyFirstLeaf =
  (index: string) =>
  (file: string): void => {
    const db = new Database(file);
    const leaves = "select pageno from dbstat where name = ? and pagetype = 'leaf' order by path";
    const [page = 0, ...others] = db.prepare<[string], number>(leaves).pluck().all(index);
    const pageBytes = Number(db.pragma('page_size', { simple: true }));
    db.close();
    expect(others).not.toEqual([]);
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.fill(0, (page - 1) * pageBytes, page * pageBytes));
  };

const three = ['one', 'two', 'three'].map((mark, item) => aDraft({ item, payload: `{"mark":"${mark}-marked"}` }));
const payloads = (deliveries: readonly { payload: string }[]) => deliveries.map(({ payload }) => payload);

const events = async (store: Store) => {
  for (const mark of ['one', 'two', 'three']) {
    const body = Buffer.from(`{"mark":"${mark}-marked"}`);
    await store.recordRequest(aRequest({ body, events: [anEvent({ externalId: mark, type: `invoice.${mark}` })] }));
  }
};

describe('a delivery that is damaged', () => {
  it('is never sent: it ends dead with a plain reason, and the others go', async () => {
    const { store, damages } = await spoilt((before) => queue(before, three), flip('"two-marked', '"two-marked'));

    expect(payloads(await claimDeliveries(store, 'segment', aClaim({ now: at(5_000) })))).toEqual([
      three[0]?.payload,
      three[2]?.payload,
    ]);

    const { items } = await store.listDeliveries({ status: 'dead' }, { limit: 10 });
    expect(items).toMatchObject([
      {
        state: { reason: 'invalid_payload' },
        attempts: 1,
        lastMessage: expect.stringContaining('the stored delivery is damaged'),
      },
    ]);
    expect((await store.stats()).deliveries).toMatchObject({ pending: 0, in_flight: 2, dead: 1 });
    expect(damages).toEqual([
      { place: `delivery ${items[0]?.id}`, what: expect.stringContaining('not what was written') },
    ]);
    expect(await store.getDelivery(items[0]?.id ?? 'dlv_')).toMatchObject({ payload: 'null', isDamaged: true });
  });

  it('lets the next one of its person go', async () => {
    const ofAda = three.map((draft) => ({ ...draft, person: 'ada' }));
    const { store } = await spoilt((before) => queue(before, ofAda), flip('"one-marked', '"one-marked'));

    expect(await claimDeliveries(store, 'segment', aClaim({ now: at(5_000) }))).toEqual([]);
    expect(payloads(await claimDeliveries(store, 'segment', aClaim({ now: at(5_000) })))).toEqual([three[1]?.payload]);
  });

  it('that SQLite cannot even write is set aside, and neither holds up the others nor wakes the lane for ever', async () => {
    const { store, damages } = await spoilt((before) => queue(before, three), flip('segment', '{"mark":"two-marked'));

    const claimed = await claimDeliveries(store, 'segment', aClaim({ now: at(5_000) }));
    expect(payloads(claimed)).toEqual([three[0]?.payload, three[2]?.payload]);
    await settleDeliveries(
      store,
      claimed.map((delivery) => settledAs(delivery)),
    );

    expect(await claimDeliveries(store, 'segment', aClaim({ now: at(5_000) }))).toEqual([]);
    expect(await store.nextDueAt({ kind: 'deliveries', destination: 'segment' })).toBeNull();
    expect((await store.stats()).deliveries).toMatchObject({ pending: 1, delivered: 2 });
    expect(damages.map(({ what }) => what)).toContainEqual(expect.stringContaining('cannot be written'));
  });

  it('and claimed when the process ended does not keep the next one from starting', async () => {
    const { store, damages } = await spoilt(
      async (before) => {
        await queue(before, three);
        await claimDeliveries(before, 'segment', aClaim({ now: at(2_000) }));
      },
      flip('segment', '{"mark":"two-marked'),
    );

    expect(payloads(await claimDeliveries(store, 'segment', aClaim({ now: at(5_000) })))).toEqual([
      three[0]?.payload,
      three[2]?.payload,
    ]);
    expect(damages).toHaveLength(1);
  });

  it('is shown as such when somebody looks, with what is whole of it', async () => {
    const { store, damages } = await spoilt(
      async (before) => {
        await queue(before, three.slice(0, 1));
        await settleDeliveries(before, [settledAs(await claimDelivery(before))]);
      },
      flip('{"success', '{"success'),
    );
    const { items } = await store.listDeliveries({}, { limit: 10 });

    expect(await store.getDelivery(items[0]?.id ?? 'dlv_')).toMatchObject({
      payload: three[0]?.payload,
      history: [],
      isDamaged: true,
    });
    expect(damages).toEqual([{ place: expect.stringMatching(/^attempt att_/), what: expect.any(String) }]);
  });
});

describe('an event that is damaged', () => {
  it('is never translated: it fails with a plain message, and the others go', async () => {
    const { store, damages } = await spoilt(events, flip('"two-marked', '"two-marked'));

    expect(externalIds(await store.claimEvents(aClaim({ now: at(5_000) })))).toEqual(['one', 'three']);

    const { items } = await store.listEvents({ status: 'failed' }, { limit: 10 });
    expect(items).toMatchObject([{ externalId: 'two', message: expect.stringContaining('is damaged') }]);
    expect((await store.stats()).events).toMatchObject({ received: 2, failed: 1 });
    expect(damages).toEqual([{ place: `event ${items[0]?.id}`, what: expect.stringContaining('request') }]);
    expect(await store.getEvent(items[0]?.id ?? 'evt_')).toMatchObject({
      isDamaged: true,
      request: { body: new Uint8Array() },
    });
  });

  it('that SQLite cannot even write is set aside', async () => {
    const { store, damages } = await spoilt(events, flip('invoice.two', 'invoice.twotwo'));

    expect(externalIds(await store.claimEvents(aClaim({ now: at(5_000) })))).toEqual(['one', 'three']);
    expect(externalIds(await store.claimEvents(aClaim({ now: at(5_000) })))).toEqual([]);
    expect(await store.nextDueAt({ kind: 'events' })).toEqual(at(65_000));
    expect(damages.map(({ what }) => what)).toContainEqual(expect.stringContaining('cannot be written'));
  });
});

describe('an index of what waits that is damaged', () => {
  it('keeps no sender out, whose event waits in line', async () => {
    const { store } = await spoilt(
      (before) => before.recordRequest(aRequest({ events: Array.from({ length: 2_000 }, () => anEvent()) })),
      emptyFirstLeaf('event_waiting'),
    );
    const claimed = (): void => expect.fail('something was claimed');
    const atOnce = { worker: 'wrk_one', leaseMs: 1_000, isWanted: () => true, claimed } as const;

    expect(await store.recordRequest(aRequest(), atOnce)).toEqual({ accepted: 1, duplicates: 0 });
  });
});

describe('a counter that is damaged', () => {
  it('keeps nothing from moving', async () => {
    const { store } = await spoilt(events, (file) => new Database(file).exec('update tally set count = 1').close());

    const claimed = await store.claimEvents(aClaim({ now: at(5_000) }));
    const settled = claimed.map(
      (event) => ({ to: 'unmatched', event, settledAt: at(6_000), why: 'none', runs: [] }) as const,
    );

    expect(await store.settleTranslations(settled)).toEqual([true, true, true]);
    expect((await store.stats()).events).toMatchObject({ received: 0, unmatched: 3 });
  });
});
