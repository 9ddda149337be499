import type { Client } from 'pg';
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

const holdersIn = async (client: Client): Promise<readonly number[]> =>
  (await client.query<{ pid: number }>(holder)).rows.map(({ pid }) => pid);

/** Ends the connection of the one that is shown, and returns when it is there again on another one. */
async function reconnected(client: Client): Promise<void> {
  const [before] = await holdersIn(client);
  await client.query('select pg_terminate_backend($1)', [before]);
  await expect.poll(async () => (await holdersIn(client)).filter((pid) => pid !== before).length, waiting).toBe(1);
  await expect.poll(() => holdersIn(client), waiting).not.toContain(before);
}
const waiting = { timeout: 10_000 };

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
    await reconnected(await connect(url));
    const replica = observer(url);

    await replica.looksAt(0);
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
    await reconnected(await connect(url));

    await replica.looksAt(missedMs);
    expect((await leasesIn(url)).every((endsAt) => endsAt > noon.getTime())).toBe(true);
    await replica.looksAt(2 * missedMs);
    expect(await leasesIn(url)).toEqual([noon.getTime()]);
  });
});
