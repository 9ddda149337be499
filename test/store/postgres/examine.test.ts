import { expect, it } from 'vitest';
import { openStore } from '../../../src/store/open.ts';
import { diagnosePostgres } from '../../../src/store/postgres/diagnose.ts';
import { examineLock } from '../../../src/store/postgres/locks.ts';
import type { Damage } from '../../../src/store/store.ts';
import {
  aClaim,
  aDraft,
  at,
  claimDelivery,
  claimOne,
  queue,
  record,
  refused,
  settleDeliveries,
  settledAs,
} from '../../contracts/store-samples.ts';
import { identifierFrom } from '../../identity/links.ts';
import { describeOnPostgres } from '../../support/postgres/databases.ts';
import { connect, storeAt, testDatabase } from './test-database.ts';

/** A database with rows of every kind in every state. */
async function filled(): Promise<string> {
  const url = await testDatabase();
  const store = await storeAt(url);
  await queue(store, [aDraft({ person: 'ada' })]);
  await settleDeliveries(store, [settledAs(await claimDelivery(store))]);
  await queue(store, [aDraft({ person: 'bob' })]);
  await settleDeliveries(store, [settledAs(await claimDelivery(store), refused)]);
  await record(store, ['a', 'b', 'c']);
  const event = await claimOne(store, aClaim({ limit: 1, leaseMs: 1, now: at(0) }));
  await store.stitch([{ event, identifiers: ['email:ada@example.com', 'user_id:usr_1'].map(identifierFrom) }]);
  return url;
}

const never = new AbortController().signal;

/** Rows are gone that the database itself would not have let go. */
const unguarded = 'set session_replication_role = replica';

describeOnPostgres('looking at everything that is stored in PostgreSQL', () => {
  it('finds nothing where nothing is wrong, and looks at every row', async () => {
    const store = await storeAt(await filled());

    expect(await store.examine(never)).toBe(true);
    expect(await store.condition()).toEqual({
      damages: [],
      examined: { endedAt: at(0), rows: 5 + 5 + 2 + 2 },
      disk: null,
    });
  });

  it.each([
    ['a request’s body', "update request set body = '{}' where seq = 1", 'request 1'],
    ['a request’s header', "update request set headers = '{}' where seq = 1", 'request 1'],
    ['what is told of an event', "update event set runs = '[]' where status = 'translated'", 'event evt_'],
    ['a payload', `update delivery set payload = '{"event":"Paie"}' where seq = 1`, 'delivery dlv_'],
    ['an answer', "update attempt set response_body = 'x' where outcome = 'delivered'", 'attempt att_'],
    ['a counter', "update tally set count = count + 1 where name = 'stripe' and status = 'received'", 'tally'],
    ['a counter of problems', 'update problem set count = count + 1', 'tally'],
    ['a request that is gone', `${unguarded}; delete from request where seq = 1`, 'event evt_'],
    ['a delivery that is gone', `${unguarded}; delete from delivery where seq = 1`, 'attempt att_'],
    ['an event that is gone', `${unguarded}; delete from event where status = 'translated'`, 'delivery dlv_'],
    ['an attempt that is gone', 'delete from attempt where seq = 1', 'delivery dlv_'],
  ])('finds %s', async (_, sql, place) => {
    const url = await filled();
    await (await connect(url)).query(sql);

    const { damages } = await diagnosePostgres(url, at(0));

    expect(damages.map((damage) => damage.place)).toContainEqual(expect.stringContaining(place));
  });

  it('tells each finding once, and forgets what is mended', async () => {
    const url = await filled();
    const told: Damage[] = [];
    const store = await openStore({ dataDir: '', databaseUrl: url, damaged: (damage) => told.push(damage) });
    const client = await connect(url);
    await client.query('update problem set count = count + 1');
    await store.examine(never);
    await store.examine(never);
    expect(told).toEqual([{ place: 'tally', what: expect.stringContaining('problems') }]);
    expect((await store.condition()).damages).toEqual(told);

    await client.query('update problem set count = count - 1');
    await store.examine(never);

    expect((await store.condition()).damages).toEqual([]);
    await store.close();
  });

  it('is done by one replica at a time', async () => {
    const url = await filled();
    const store = await storeAt(url);
    const other = await connect(url);
    await other.query(`select pg_advisory_lock(${examineLock})`);
    expect(await store.examine(never)).toBe(false);
    expect((await store.condition()).examined).toBeNull();

    await other.query(`select pg_advisory_unlock(${examineLock})`);
    expect(await store.examine(never)).toBe(true);
  });

  it('stops when it is told to, whatever it waits for', async () => {
    const url = await filled();
    const store = await storeAt(url);
    const other = await connect(url);
    await other.query('begin; lock table attempt in access exclusive mode');
    const stop = new AbortController();
    const examining = store.examine(stop.signal);
    const waiting = "select from pg_locks where not granted and relation = 'attempt'::regclass";
    await expect.poll(async () => (await other.query(waiting)).rowCount).toBe(1);

    stop.abort();

    expect(await examining).toBe(false);
    expect(await store.examine(stop.signal)).toBe(false);
    expect((await store.condition()).examined).toBeNull();
  });

  it('notes leases that nobody took', async () => {
    const url = await filled();

    expect(await diagnosePostgres(url, at(1_000_000))).toMatchObject({
      rows: 14,
      damages: [],
      notes: [{ place: expect.stringMatching(/^evt_/), what: expect.stringContaining('lease ended long ago') }],
    });
  });

  it('says so where no gateway has stored anything', async () => {
    await expect(diagnosePostgres(await testDatabase(), at(0))).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  });
});
