import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Store } from '../../../src/store/store.ts';
import { aClaim, aDeliveryClaim, aDraft, aRequest, at, queue } from '../../contracts/store-samples.ts';
import { describeOnPostgres } from '../../support/postgres/databases.ts';
import { type PostgresServer, startPostgresServer } from '../../support/postgres/server.ts';
import { connect, storeAt, testDatabase } from './test-database.ts';

describeOnPostgres('while the connection is lost', () => {
  let folder: string;
  let server: PostgresServer;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hookstitch-'));
    await chmod(folder, 0o755);
    server = await startPostgresServer(join(folder, 'server'));
  });

  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const unavailable = { code: 'STORE_UNAVAILABLE' };
  /** Of every method that the gateway's loops and its receiver live by. */
  const calls = (store: Store): readonly Promise<unknown>[] => [
    store.recordRequest(aRequest()),
    store.claimEvents(aClaim()),
    store.claimDeliveries(aDeliveryClaim()),
    store.changeLane('segment', (lane) => ({ ...lane, openings: 1 })),
    store.settleTranslations([]),
    store.stats(),
    store.nextDueAt({ kind: 'events' }),
    store.ping(),
  ];

  it('goes on after the server has ended every connection', async () => {
    const store = await storeAt(await testDatabase(server.url));
    await Promise.all(calls(store));
    const client = await connect(server.url);
    await client.query("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'hookstitch'");

    await Promise.all(calls(store));
  });

  it('goes on after the server was restarted as after a power cut, with all that it confirmed', async () => {
    const store = await storeAt(await testDatabase(server.url));
    const event = await queue(store, [aDraft()]);
    await server.restart('immediate');

    await Promise.all(calls(store));
    expect(await store.getEvent(event.id)).toMatchObject({ status: 'translated' });
  });

  it('loses no request that was confirmed while the server goes away again and again', async () => {
    const url = await testDatabase(server.url);
    const store = await storeAt(url);
    const confirmed: string[] = [];
    let isOver = false;
    const sending = Array.from({ length: 4 }, async (_, sender) => {
      for (let n = 0; !isOver; n += 1) {
        const externalId = `${sender}-${n}`;
        const event = { type: 't', externalId, occurredAt: at(0), item: null };
        const receipt = await store.recordRequest(aRequest({ events: [event] })).catch((error: unknown) => error);
        if (receipt instanceof Error) expect(receipt).toMatchObject(unavailable);
        else confirmed.push(externalId);
      }
    });
    for (let times = 0; times < 3; times += 1) await server.restart('immediate');
    isOver = true;
    await Promise.all(sending);

    const client = await connect(url);
    const { rows } = await client.query('select external_id from event where external_id = any($1)', [confirmed]);
    expect(confirmed.length).toBeGreaterThan(0);
    expect(rows).toHaveLength(confirmed.length);
  });
});
