import { expect, it, onTestFinished } from 'vitest';
import { DatabaseClock } from '../../../src/store/postgres/clock.ts';
import { Connections } from '../../../src/store/postgres/connections.ts';
import { Presence } from '../../../src/store/postgres/presence.ts';
import { aClaim, aDeliveryClaim, aDraft, anEvent, aRequest, at, noon, queue } from '../../contracts/store-samples.ts';
import { describeOnPostgres } from '../../support/postgres/databases.ts';
import { connect, storeAt, testDatabase } from './test-database.ts';

/** Five seconds, as long as a worker may be away. */
const missedMs = 5_000;

/** Another replica that looks for the others, by a clock that is set. */
function observer(url: string) {
  let ms = 0;
  const connections = new Connections(url, new DatabaseClock());
  const presence = new Presence({ connections, clock: { now: () => noon }, monotonicMs: () => ms });
  onTestFinished(async () => {
    await presence.close();
    await connections.close();
  });
  return {
    looksAt: async (atMs: number) => {
      ms = atMs;
      await presence.show('wrk_observer');
    },
  };
}

const leases = `
  select lease_ends_at from event where claimed_by is not null
  union all select lease_ends_at from delivery where claimed_by is not null`;

async function leasesIn(url: string): Promise<readonly number[]> {
  const { rows } = await (await connect(url)).query<{ lease_ends_at: string }>(leases);
  return rows.map((row) => Number(row.lease_ends_at));
}

/** The server's processes that hold the lock of a worker. */
const holder = `
  select pid from pg_locks where locktype = 'advisory' and mode = 'ShareLock'
    and database = (select oid from pg_database where datname = current_database())`;

describeOnPostgres('the presence of workers', () => {
  it('ends the leases of one whose process is gone, when it had time to come back', async () => {
    const url = await testDatabase();
    const store = await storeAt(url);
    await queue(store, [aDraft()]);
    await store.claimDeliveries(aDeliveryClaim({ now: at(2_000) }));
    await store.recordRequest(aRequest({ events: [anEvent({ externalId: 'evt_2' })] }));
    await store.claimEvents(aClaim());
    const replica = observer(url);
    await replica.looksAt(0);
    await store.close();

    await replica.looksAt(1_000);
    await replica.looksAt(1_000 + missedMs - 1);
    expect(await leasesIn(url)).toEqual([expect.any(Number), expect.any(Number)]);
    expect((await leasesIn(url)).every((endsAt) => endsAt > noon.getTime())).toBe(true);

    await replica.looksAt(2_000 + missedMs);
    expect(await leasesIn(url)).toEqual([noon.getTime(), noon.getTime()]);
    expect(await (await storeAt(url)).claimEvents(aClaim())).toHaveLength(1);
  });

  it('leaves the leases of one alone that lost its connection and came back', async () => {
    const url = await testDatabase();
    const store = await storeAt(url);
    await store.recordRequest(aRequest());
    await store.claimEvents(aClaim());
    const client = await connect(url);
    const before = (await client.query<{ pid: number }>(holder)).rows;
    expect(before).toHaveLength(1);
    await client.query('select pg_terminate_backend($1)', [before[0]?.pid]);
    const replica = observer(url);
    await replica.looksAt(0);

    await expect.poll(async () => (await client.query(holder)).rows.length, { timeout: 10_000 }).toBe(2);
    await replica.looksAt(missedMs);
    await replica.looksAt(2 * missedMs);
    expect((await leasesIn(url)).every((endsAt) => endsAt > noon.getTime())).toBe(true);
  });

  it('begins to count anew after it was away itself', async () => {
    const url = await testDatabase();
    const store = await storeAt(url);
    await store.recordRequest(aRequest());
    await store.claimEvents(aClaim());
    await store.close();
    const replica = observer(url);
    await replica.looksAt(0);
    const client = await connect(url);
    await client.query(`select pg_terminate_backend(pid) from (${holder}) as one`);
    await expect.poll(async () => (await client.query(holder)).rows.length, { timeout: 10_000 }).toBe(1);

    await replica.looksAt(missedMs);
    expect((await leasesIn(url)).every((endsAt) => endsAt > noon.getTime())).toBe(true);
    await replica.looksAt(2 * missedMs);
    expect(await leasesIn(url)).toEqual([noon.getTime()]);
  });
});
