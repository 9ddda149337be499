import { expect, it } from 'vitest';
import { addMs } from '../../../src/model/clock.ts';
import { openStore } from '../../../src/store/open.ts';
import { assertDurable } from '../../../src/store/postgres/durable.ts';
import { aClaim, aRequest, claimOne, externalIds, leaseMs, noon, record } from '../../contracts/store-samples.ts';
import { describeOnPostgres } from '../../support/postgres/databases.ts';
import { connect, storeAt, testDatabase } from './test-database.ts';

describeOnPostgres('opening PostgreSQL', () => {
  it('gives every session settings under which a commit survives a power cut', async () => {
    const url = new URL(await testDatabase());
    const client = await connect(url.href);
    await client.query(`alter database ${url.pathname.slice(1)} set synchronous_commit = off`);

    const store = await storeAt(url.href);
    await store.recordRequest(aRequest());

    const { rows } = await client.query(
      "select count(*)::int as sessions from pg_stat_activity where application_name = 'hookstitch' and datname = $1",
      [url.pathname.slice(1)],
    );
    expect(rows).not.toEqual([{ sessions: 0 }]);
  });

  it.each([
    ['synchronous_commit', { synchronous_commit: 'off' }],
    ['fsync', { fsync: 'off' }],
    ['full_page_writes', { full_page_writes: 'off' }],
    ['the version', { version: 120_022 }],
  ])('refuses a server that cannot promise that: %s', async (what, changed) => {
    const safe = { version: 150_000, synchronous_commit: 'on', fsync: 'on', full_page_writes: 'on', is_standby: false };
    const asking = (row: object) => ({ rows: async <T>() => [row as T] });

    await expect(assertDurable(asking(safe))).resolves.toBeUndefined();
    await expect(assertDurable(asking({ ...safe, ...changed }))).rejects.toMatchObject({
      code: 'STORE_UNSAFE',
      message: expect.stringContaining(what),
    });
    await expect(assertDurable(asking({ ...safe, is_standby: true }))).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
    });
  });

  it('says that nobody is there, and neither user nor password', async () => {
    const url = 'postgres://operator:hunter2@127.0.0.1:1/events';
    const fault = await openStore({ dataDir: '', databaseUrl: url }).catch((error: unknown) => error);

    expect(fault).toMatchObject({ code: 'STORE_UNAVAILABLE' });
    const { message, cause } = fault as Error;
    expect(JSON.stringify([message, cause])).not.toMatch(/operator|hunter2/);
  });

  it('makes the schema once when replicas start at the same moment', async () => {
    const url = await testDatabase();
    const stores = await Promise.all(Array.from({ length: 4 }, () => storeAt(url)));

    await Promise.all(stores.map((store) => store.recordRequest(aRequest())));

    const { rows } = await (await connect(url)).query('select number, name from migration');
    expect(rows.toSorted((a, b) => a.number - b.number)).toEqual([
      { number: 1, name: '001-initial.sql' },
      { number: 20, name: '020-access.sql' },
      { number: 21, name: '021-series.sql' },
    ]);
    expect((await stores[0]?.stats())?.events.received).toBe(4);
  });

  it('refuses a database that a newer version has changed', async () => {
    const url = await testDatabase();
    await storeAt(url);
    await (await connect(url)).query("insert into migration values (99, '099-later.sql', 'sum', 0)");

    await expect(openStore({ dataDir: '', databaseUrl: url })).rejects.toMatchObject({ code: 'STORE_UNSAFE' });
  });

  it('leaves the leases of other replicas to them', async () => {
    const url = await testDatabase();
    const one = await storeAt(url);
    await record(one, ['a']);
    await claimOne(one, aClaim({ now: noon }));

    const other = await storeAt(url);

    expect(await other.claimEvents(aClaim({ now: addMs(noon, leaseMs - 1), worker: 'wrk_two' }))).toEqual([]);
    const after = await other.claimEvents(aClaim({ now: addMs(noon, leaseMs), worker: 'wrk_two' }));
    expect(externalIds(after)).toEqual(['a']);
  });

  it('tells the time of the database', async () => {
    const url = await testDatabase();
    const store = await storeAt(url, null);
    const client = await connect(url);
    const before = store.clock.now().getTime();
    const { rows } = await client.query('select extract(epoch from clock_timestamp())::float8 * 1000 as ms');

    expect(Math.abs(rows[0].ms - before)).toBeLessThan(1_000);
  });
});
