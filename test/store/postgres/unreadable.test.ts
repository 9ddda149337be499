import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
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
  outgoingIds,
  queue,
  settleDeliveries,
  settledAs,
} from '../../contracts/store-samples.ts';
import { describeOnPostgres } from '../../support/postgres/databases.ts';
import { type PostgresServer, startPostgresServer } from '../../support/postgres/server.ts';
import { connect, storeAt, testDatabase } from './test-database.ts';

describeOnPostgres('what the server itself cannot read any more', () => {
  let folder: string;
  let server: PostgresServer;
  let url: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hookstitch-'));
    await chmod(folder, 0o755);
    server = await startPostgresServer(join(folder, 'server'));
  });

  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  beforeEach(async () => {
    url = await testDatabase(server.url);
  });

  const now = at(5_000);
  const noise = (): string => randomBytes(15_000).toString('base64');
  /** So long that it lies in pages of its own, apart from its row; those around the mark are nobody else's. */
  const long = (mark: string): string => `{"before":"${noise()}","mark":"${mark}","behind":"${noise()}"}`;
  const three = ['one', 'two', 'three'].map((outgoingId) => aDraft({ outgoingId, payload: long(outgoingId) }));

  /** Turns over a bit of the long value of a table in which `mark` stands, on the disk. */
  async function spoil(table: string, mark: string): Promise<void> {
    const client = await connect(url);
    await client.query('checkpoint');
    const { rows } = await client.query(
      `select current_setting('data_directory') as folder, pg_relation_filepath(reltoastrelid) as file
      from pg_class where relname = $1`,
      [table],
    );
    const file = join(rows[0].folder, rows[0].file);
    const bytes = readFileSync(file);
    const place = bytes.indexOf(`"mark":"${mark}"`);
    expect(place).toBeGreaterThan(0);
    bytes.writeUInt8((bytes[place] ?? 0) ^ 1, place);
    writeFileSync(file, bytes);
    // What it has in memory is whole.
    await server.restart('immediate');
  }

  async function damagedStore(): Promise<{ store: Store; damages: readonly Damage[] }> {
    const damages: Damage[] = [];
    const damaged = (damage: Damage): void => void damages.push(damage);
    return { store: await openStore({ dataDir: '', databaseUrl: url, clock: { now: () => now }, damaged }), damages };
  }

  it('is a delivery that ends dead, and the others go', async () => {
    await queue(await storeAt(url), three);
    await spoil('delivery', 'two');
    const { store, damages } = await damagedStore();

    const claimed = await claimDeliveries(store, 'segment', { now });

    expect(outgoingIds(claimed)).toEqual(['one', 'three']);
    expect((await store.stats()).deliveries).toMatchObject({ pending: 0, in_flight: 2, dead: 1 });
    const { items } = await store.listDeliveries({ status: 'dead' }, { limit: 10 });
    expect(items).toMatchObject([{ lastMessage: expect.stringContaining('the stored delivery is damaged') }]);
    expect(damages.map(({ place }) => place)).toEqual([`delivery ${items[0]?.id}`]);
    await store.examine(new AbortController().signal);
    expect((await store.condition()).damages).toEqual([
      { place: 'delivery 2', what: expect.stringContaining('invalid page') },
    ]);
    await store.close();
  });

  it('is a request whose event fails, and the others go', async () => {
    const before = await storeAt(url);
    for (const mark of ['one', 'two', 'three'])
      await before.recordRequest(aRequest({ body: Buffer.from(long(mark)), events: [anEvent({ externalId: mark })] }));
    await spoil('request', 'two');
    const { store } = await damagedStore();

    expect(externalIds(await store.claimEvents(aClaim({ now })))).toEqual(['one', 'three']);
    expect((await store.listEvents({ status: 'failed' }, { limit: 10 })).items).toMatchObject([
      { externalId: 'two', message: expect.stringContaining('is damaged') },
    ]);
    await store.close();
  });

  it('is looked at again a day later where it cannot be erased, and the others are', async () => {
    const before = await storeAt(url);
    for (const draft of three) {
      await queue(before, [draft]);
      await settleDeliveries(before, [settledAs(await claimDelivery(before))]);
    }
    await spoil('delivery', 'two');
    const { store, damages } = await damagedStore();
    const keep = { deliveredMs: 1_000, deadMs: 1_000, keysMs: 1_000 };

    const purged = await store.purge({ now: at(100_000), keep, limit: 10 });

    expect(purged).toMatchObject({ events: 2, requests: 2, deliveries: 2, isAll: true });
    expect((await store.stats()).events.translated).toBe(1);
    expect(damages).toEqual([{ place: 'event number 2', what: 'cannot be erased' }]);
    expect(await store.purge({ now: at(100_000), keep, limit: 10 })).toMatchObject({ events: 0, isAll: true });
    await store.close();
  });
});
