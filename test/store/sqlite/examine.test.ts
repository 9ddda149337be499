import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openStore } from '../../../src/store/open.ts';
import { examine, examineAtOnce } from '../../../src/store/sqlite/examine.ts';
import type { Damage } from '../../../src/store/store.ts';
import {
  aDraft,
  aRequest,
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
import { connect, databaseIn, dataDirectory } from './data-directory.ts';

/** A database with rows of every kind in every state, closed. */
async function filled(): Promise<string> {
  const dataDir = dataDirectory();
  const store = await openStore({ dataDir, clock: { now: () => at(0) } });
  await queue(store, [aDraft({ person: 'ada' })]);
  await settleDeliveries(store, [settledAs(await claimDelivery(store))]);
  await queue(store, [aDraft({ person: 'bob' })]);
  await settleDeliveries(store, [settledAs(await claimDelivery(store), refused)]);
  await record(store, ['a', 'b', 'c']);
  const event = await claimOne(store, { worker: 'wrk_1', limit: 1, leaseMs: 1, aloneAfterTries: 3, now: at(0) });
  await store.stitch([{ event, identifiers: ['email:ada@example.com', 'user_id:usr_1'].map(identifierFrom) }]);
  await store.close();
  const file = databaseIn(dataDir);
  new Database(file).exec('vacuum').close();
  return file;
}

const damagesIn = (file: string): readonly Damage[] => examineAtOnce(connect(file)).damages;

describe('looking at everything that is stored', () => {
  it('finds nothing where nothing is wrong, and looks at every row', async () => {
    const file = await filled();

    expect(examineAtOnce(connect(file))).toEqual({ damages: [], rows: 5 + 5 + 2 + 2 });
  });

  it.each([
    ['a request’s body', "update request set body = cast('{}' as blob) where seq = 1", 'request 1'],
    ['a request’s header', "update request set headers = '{}' where seq = 1", 'request 1'],
    ['what is told of an event', "update event set runs = '[]' where status = 'translated'", 'event evt_'],
    ['a payload', `update delivery set payload = '{"event":"Paie"}' where seq = 1`, 'delivery dlv_'],
    ['an answer', "update attempt set response_body = 'x' where outcome = 'delivered'", 'attempt att_'],
    ['a counter', "update tally set count = count + 1 where name = 'stripe' and status = 'received'", 'tally'],
    ['a counter of problems', 'update problem set count = count + 1', 'tally'],
    ['a request that is gone', 'pragma foreign_keys = off; delete from request where seq = 1', 'event evt_'],
    ['a delivery that is gone', 'pragma foreign_keys = off; delete from delivery where seq = 1', 'attempt att_'],
    [
      'an event that is gone',
      "pragma foreign_keys = off; delete from event where status = 'translated'",
      'delivery dlv_',
    ],
    ['an attempt that is gone', 'delete from attempt where rowid = 1', 'delivery dlv_'],
  ])('finds %s', async (_, sql, place) => {
    const file = await filled();
    connect(file).exec(sql);

    expect(damagesIn(file).map((damage) => damage.place)).toContainEqual(expect.stringContaining(place));
  });

  it('reads no more than a few megabytes at a time', async () => {
    const dataDir = dataDirectory();
    const store = await openStore({ dataDir, clock: { now: () => at(0) } });
    const pieces = () => [...examine(connect(databaseIn(dataDir)))].length;
    await record(store, ['small']);
    const oneEach = pieces();
    for (let n = 0; n < 12; n += 1) await store.recordRequest(aRequest({ body: Buffer.alloc(1024 * 1024) }));

    const many = pieces();
    await store.close();

    expect(many - oneEach).toBe(12 / 4 - 1);
  });

  it('finds every bit that turned over, wherever it is', async () => {
    const file = await filled();
    const whole = readFileSync(file);
    const before = dump(file);
    const unnoticed: number[] = [];
    // A prime step, so that every part of many pages is met.
    for (let place = 101; place < whole.length; place += 1_021) {
      const bytes = Buffer.from(whole);
      bytes.writeUInt8((bytes[place] ?? 0) ^ (1 << (place % 8)), place);
      writeFileSync(file, bytes);
      if (!isNoticed(file) && dump(file) !== before) unnoticed.push(place);
    }

    expect(unnoticed).toEqual([]);
  });

  it('goes on beside the gateway, in a process of its own, and tells each finding once', async () => {
    const file = await filled();
    const told: Damage[] = [];
    const store = await openStore({
      dataDir: file.replace(/\/hookstitch\.db$/, ''),
      clock: { now: () => at(9_000) },
      damaged: (damage) => told.push(damage),
    });
    onTestFinished(() => store.close());
    expect(await store.examine(new AbortController().signal)).toBe(true);
    expect(await store.condition()).toMatchObject({ damages: [], examined: { endedAt: at(9_000), rows: 14 } });

    connect(file).exec(`update delivery set payload = '{"event":"Paie"}' where seq = 1`);
    await store.examine(new AbortController().signal);
    await store.examine(new AbortController().signal);

    expect(told).toEqual([{ place: expect.stringMatching(/^delivery dlv_/), what: expect.any(String) }]);
    expect((await store.condition()).damages).toEqual(told);
  });

  it('stops when it is told to', async () => {
    const file = await filled();
    const store = await openStore({ dataDir: file.replace(/\/hookstitch\.db$/, '') });
    onTestFinished(() => store.close());
    const stop = new AbortController();
    const examining = store.examine(stop.signal);
    await pause(20);
    stop.abort();

    expect(await examining).toBe(false);
    expect(await store.examine(stop.signal)).toBe(false);
    expect((await store.condition()).examined).toBeNull();
  });
});

/** All rows as text; what cannot be read is no row. */
function dump(file: string): string {
  const db = new Database(file);
  try {
    const tables = db
      .prepare<[], string>("select name from sqlite_schema where type = 'table' order by name")
      .pluck()
      .all();
    return JSON.stringify(tables.map((table) => db.prepare(`select * from ${table}`).raw().all()));
  } catch (error) {
    return String(error);
  } finally {
    db.close();
  }
}

function isNoticed(file: string): boolean {
  const db = new Database(file);
  try {
    return examineAtOnce(db).damages.length > 0;
  } catch {
    // SQLite does not even open it.
    return true;
  } finally {
    db.close();
  }
}
