import { createHash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { moveStore } from '../../src/store/move-store.ts';
import { planMove } from '../../src/store/moved.ts';
import { openStore } from '../../src/store/open.ts';
import { DatabaseClock } from '../../src/store/postgres/clock.ts';
import { Connections } from '../../src/store/postgres/connections.ts';
import { noon } from '../contracts/store-samples.ts';
import { fillStore } from '../support/filled-store.ts';
import { describeOnPostgres } from '../support/postgres/databases.ts';
import { connect, storeAt, testDatabase } from './postgres/test-database.ts';
import { connect as connectSqlite, databaseIn, dataDirectory } from './sqlite/data-directory.ts';

const clock = { now: () => noon };

async function filledDirectory(events = 400): Promise<string> {
  const dataDir = dataDirectory();
  const store = await openStore({ dataDir, clock });
  await fillStore(store, events);
  await store.close();
  return dataDir;
}

const tables = ['request', 'event', 'delivery', 'attempt', 'lane', 'replay', 'identifier', 'problem', 'gone_event'];

describeOnPostgres('moving a store from SQLite to PostgreSQL', () => {
  it('brings every row of every table, as it was', async () => {
    const dataDir = await filledDirectory();
    const url = await testDatabase();
    const moved = await moveStore({ dataDir, databaseUrl: url, now: noon });

    const db = connectSqlite(databaseIn(dataDir));
    const there = new Connections(url, new DatabaseClock());
    onTestFinished(() => there.close());
    for (const table of tables) {
      const here = db.prepare<[], object>(`select * from ${table}`).all();
      const columns = Object.keys(here[0] ?? {}).join(', ');
      const rows = await there.read<object>(`select ${columns} from ${table}`);
      const sorted = (all: readonly object[]) => all.map((row) => JSON.stringify(row)).toSorted();
      expect(here.length, table).toBeGreaterThan(0);
      expect(sorted(rows), table).toEqual(sorted(here));
    }
    expect(moved.find(({ table }) => table === 'event')?.rows).toBe(400);
  });

  it('tells the same afterwards: counts, problems, lanes, replays, what is due when', async () => {
    const dataDir = await filledDirectory();
    const url = await testDatabase();
    await moveStore({ dataDir, databaseUrl: url, now: noon });
    rmSync(join(dataDir, 'hookstitch.moved'));

    const told = async (store: Awaited<ReturnType<typeof openStore>>) => ({
      stats: await store.stats(),
      problems: await store.problems(),
      lanes: await store.lanes(),
      replays: await store.listReplays(),
      failed: await store.listEvents({ status: 'failed' }, { limit: 100 }),
      dead: await store.listDeliveries({ status: 'dead' }, { limit: 100 }),
      person: await store.findPerson({ kind: 'email', value: 'person5@example.com' }),
    });
    const there = await told(await storeAt(url));
    // A start of SQLite ends the leases, so it is asked last, and not for what is due.
    const store = await openStore({ dataDir, clock });
    const here = await told(store);
    await store.close();
    expect({ ...there, stats: undefined }).toEqual({ ...here, stats: undefined });
    expect(there.stats.events).toEqual(here.stats.events);
    const { pending, in_flight, ...settled } = there.stats.deliveries;
    expect({ ...settled, open: pending + in_flight }).toMatchObject({
      delivered: here.stats.deliveries.delivered,
      open: here.stats.deliveries.pending + here.stats.deliveries.in_flight,
    });
  });

  it('numbers what comes next after what was moved, and knows the duplicates of what was', async () => {
    const dataDir = await filledDirectory();
    const url = await testDatabase();
    await moveStore({ dataDir, databaseUrl: url, now: noon });
    const store = await storeAt(url);
    const event = { type: 't', occurredAt: noon, item: null };
    const request = { source: 'stripe', kind: null, method: 'POST', url: '/', headers: {}, body: Buffer.from('{}') };
    const externalIds = ['evt_new', 'evt_1\0', 'evt_old', 'evt_theirs'];

    const events = externalIds.map((externalId) => ({ ...event, externalId }));
    expect(await store.recordRequest({ ...request, receivedAt: noon, events })).toEqual({ accepted: 1, duplicates: 3 });
  });

  it('leaves the files of SQLite as they were, and keeps gateways from starting on them', async () => {
    const dataDir = await filledDirectory();
    const hash = () =>
      createHash('sha256')
        .update(readFileSync(databaseIn(dataDir)))
        .digest('hex');
    const before = hash();
    await moveStore({ dataDir, databaseUrl: await testDatabase(), now: noon });

    expect(hash()).toBe(before);
    await expect(openStore({ dataDir, clock })).rejects.toMatchObject({
      code: 'STORE_UNSAFE',
      message: 'what is here was moved to PostgreSQL at 2026-11-21T12:00:00.000Z',
      hint: expect.stringContaining('delete'),
    });
    rmSync(join(dataDir, 'hookstitch.moved'));
    await (await openStore({ dataDir, clock })).close();
  });

  it('refuses while a gateway uses the folder', async () => {
    const dataDir = dataDirectory();
    const store = await openStore({ dataDir, clock });
    const moving = moveStore({ dataDir, databaseUrl: await testDatabase(), now: noon });
    await expect(moving).rejects.toMatchObject({ code: 'STORE_IN_USE' });
    await store.close();
  });

  it('refuses a database in which something is stored, and changes nothing', async () => {
    const dataDir = await filledDirectory(40);
    const url = await testDatabase();
    await moveStore({ dataDir, databaseUrl: url, now: noon });
    const again = moveStore({ dataDir, databaseUrl: url, now: noon });
    await expect(again).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
      message: expect.stringContaining('not empty'),
    });
  });

  it('begins anew after it was interrupted, since nothing of it was there until its end', async () => {
    const dataDir = await filledDirectory(40);
    const url = await testDatabase();
    const interrupted = moveStore({
      dataDir,
      databaseUrl: url,
      now: noon,
      progress: ({ table }) => {
        if (table === 'attempt') throw new Error('the power went');
      },
    });
    await expect(interrupted).rejects.toThrow('the power went');
    const client = await connect(url);
    expect((await client.query('select from event')).rowCount).toBe(0);

    await moveStore({ dataDir, databaseUrl: url, now: noon });
    expect((await client.query('select from event')).rowCount).toBe(40);
  });

  it('refuses what is damaged', async () => {
    const dataDir = await filledDirectory(40);
    connectSqlite(databaseIn(dataDir)).exec("update delivery set payload = payload || ' ' where seq = 3");
    const moving = moveStore({ dataDir, databaseUrl: await testDatabase(), now: noon });
    await expect(moving).rejects.toMatchObject({ code: 'STORE_UNSAFE', message: expect.stringContaining('damaged') });
  });

  it('refuses a folder in which nothing is', async () => {
    const moving = moveStore({ dataDir: dataDirectory(), databaseUrl: await testDatabase(), now: noon });
    await expect(moving).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  });
});

it('names a table or a column that nobody has decided about', () => {
  const whole = (name: string): [string, readonly string[]] => [name, ['seq']];
  const names = [
    ...['request', 'replay', 'event', 'delivery', 'attempt', 'lane', 'tally', 'problem', 'stitch_tally', 'series'],
    ...['identifier', 'identity_link', 'event_identifier', 'identity_join', 'gone_event', 'access'],
  ];
  const schema = new Map(names.map(whole));
  expect(planMove(schema, schema, {})).toHaveLength(names.length);

  const odd = (change: readonly [string, readonly string[]]) => new Map([...schema, change]);
  expect(() => planMove(odd(['note', ['seq']]), schema, {})).toThrow('does not account for the table note');
  expect(() => planMove(schema, odd(['note', ['seq']]), {})).toThrow('does not account for the table note');
  expect(() => planMove(odd(['event', ['seq', 'note']]), schema, {})).toThrow('the column note of event');
  expect(() => planMove(schema, odd(['event', ['seq', 'note']]), {})).toThrow('the column note of event');
  expect(() => planMove(schema, schema, { event: ['note'] })).toThrow('the column note of event');
});
