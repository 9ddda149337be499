import { chmodSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { openStore } from '../../../src/store/open.ts';
import { assertDurable, isSafeVersion, openDatabase } from '../../../src/store/sqlite/connection.ts';
import {
  aClaim,
  aDraft,
  aRequest,
  at,
  claimDelivery,
  claimOne,
  externalIds,
  queue,
  record,
  settleDeliveries,
  settledAs,
} from '../../contracts/store-samples.ts';
import { connect, databaseIn, dataDirectory, freshDatabase, storeOn } from './data-directory.ts';

const otherSchema = (file: string): Database.Database => new Database(file).exec('create table event (a)');
const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);

describe('a database that is opened', () => {
  it('syncs every commit, the second time as well as the first', () => {
    const file = databaseIn(dataDirectory());
    for (let time = 1; time <= 2; time += 1) {
      const db = openDatabase(file);
      db.exec('create table if not exists note (text text)');

      expect(db.pragma('synchronous', { simple: true })).toBe(2);
      expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
      db.close();
    }
  });

  it('is refused where SQLite cannot keep a write-ahead log', () => {
    expect(() => openDatabase(':memory:')).toThrow(expect.objectContaining({ code: 'STORE_UNSAFE' }));
  });

  it.each([['synchronous = NORMAL'], ['foreign_keys = OFF'], ['journal_mode = DELETE']])(
    'is refused with %s',
    (pragma) => {
      const db = openDatabase(databaseIn(dataDirectory()));
      db.pragma(pragma);

      expect(() => assertDurable(db)).toThrow(expect.objectContaining({ code: 'STORE_UNSAFE' }));
      db.close();
    },
  );

  it.each([
    ['3.51.3', true],
    ['3.54.1', true],
    ['4.0.0', true],
    ['3.51.2', false],
    ['3.9.9', false],
    ['2.99.99', false],
    ['', false],
  ])('may be of SQLite %j: %j', (version, safe) => {
    expect(isSafeVersion(version)).toBe(safe);
  });
});

describe('a store that is opened', () => {
  it('makes its directory and files readable by their owner only', async () => {
    const dataDir = join(dataDirectory(), 'made', 'here');
    const store = await openStore({ dataDir });
    await store.ping();

    expect(modeOf(dataDir)).toBe('700');
    for (const name of ['hookstitch.db', 'hookstitch.db-wal', 'hookstitch.db-shm', 'hookstitch.lock']) {
      expect([name, modeOf(join(dataDir, name))]).toEqual([name, '600']);
    }
    await store.close();
  });

  it('takes back a mode that somebody widened', async () => {
    const dataDir = dataDirectory();
    await (await openStore({ dataDir })).close();
    chmodSync(databaseIn(dataDir), 0o644);
    await (await openStore({ dataDir })).close();

    expect(modeOf(databaseIn(dataDir))).toBe('600');
  });

  it('hands out at once what a dead process had claimed', async () => {
    const dataDir = dataDirectory();
    const clock = { now: () => at(5_000) };
    const before = await openStore({ dataDir, clock });
    await queue(before, [aDraft()]);
    const lost = await claimDelivery(before, aClaim({ now: at(2_000) }));
    await record(before, ['a', 'b']);
    await claimOne(before, aClaim({ now: at(2_000), limit: 1 }));
    await before.close();

    const store = await openStore({ dataDir, clock });

    expect(externalIds(await store.claimEvents(aClaim({ now: at(5_000) })))).toEqual(['a', 'b']);
    expect(await store.getDelivery(lost.id)).toMatchObject({
      state: { status: 'pending', dueAt: at(5_000) },
      attempts: 0,
    });
    expect((await store.stats()).deliveries).toMatchObject({ pending: 1, in_flight: 0 });
    expect(await settleDeliveries(store, [settledAs(lost)])).toEqual([false]);
    await store.close();
  });

  it('leaves one complete file behind when it closes', async () => {
    const dataDir = dataDirectory();
    const store = await openStore({ dataDir });
    await store.recordRequest(aRequest());
    await store.close();

    expect(statSync(`${databaseIn(dataDir)}-wal`, { throwIfNoEntry: false })).toBeUndefined();
    expect(connect(databaseIn(dataDir)).prepare('select count(*) from event').pluck().get()).toBe(1);
  });

  it.each([
    ['is not a database', 'STORE_UNSAFE', (file: string) => writeFileSync(file, 'x'.repeat(5_000))],
    ['was made by another schema', 'STORE_UNAVAILABLE', (file: string) => void otherSchema(file).close()],
  ])('is refused when its file %s, and leaves the directory free', async (_, code, spoil) => {
    const dataDir = dataDirectory();
    spoil(databaseIn(dataDir));

    for (let time = 1; time <= 2; time += 1) {
      await expect(openStore({ dataDir })).rejects.toMatchObject({ code });
    }
  });

  it('is refused where no directory can be made', async () => {
    const file = join(dataDirectory(), 'file');
    writeFileSync(file, '');

    await expect(openStore({ dataDir: join(file, 'data') })).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });
});

describe('a request whose events are all known', () => {
  it('leaves no trace', async () => {
    const db = freshDatabase();
    const store = storeOn(db);
    const request = aRequest();
    await store.recordRequest(request);
    await store.recordRequest(request);

    expect(db.prepare('select count(*) from request').pluck().get()).toBe(1);
  });
});
