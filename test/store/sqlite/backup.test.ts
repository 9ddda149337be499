import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openStore } from '../../../src/store/open.ts';
import { backUp, restore } from '../../../src/store/sqlite/backup.ts';
import type { Store } from '../../../src/store/store.ts';
import {
  aDraft,
  at,
  claimDelivery,
  noon,
  queue,
  record,
  settleDeliveries,
  settledAs,
} from '../../contracts/store-samples.ts';
import { databaseIn, dataDirectory } from './data-directory.ts';

async function running(dataDir = dataDirectory()): Promise<{ store: Store; dataDir: string; file: string }> {
  const store = await openStore({ dataDir, clock: { now: () => noon } });
  onTestFinished(() => store.close());
  return { store, dataDir, file: join(dataDirectory(), 'backup.db') };
}

async function everything(store: Store) {
  const { items } = await store.listEvents({}, { limit: 200 });
  return [await store.stats(), await Promise.all(items.map(({ id }) => store.getEvent(id)))];
}

async function fill(store: Store): Promise<void> {
  await queue(store, [aDraft()], at(2_000));
  await settleDeliveries(store, [settledAs(await claimDelivery(store))]);
  await record(store, ['a', 'b', 'c'], { body: Buffer.alloc(5_000, 'x') });
}

describe('a backup', () => {
  it.each(['running', 'stopped'])('of a %s gateway holds everything, and nobody else may read it', async (state) => {
    const { store, dataDir, file } = await running();
    await fill(store);
    const before = await everything(store);
    if (state === 'stopped') await store.close();

    const backup = backUp(dataDir, file);

    expect(backup).toMatchObject({ events: 4, deliveries: 1, bytes: statSync(file).size });
    expect((statSync(file).mode & 0o777).toString(8)).toBe('600');
    const elsewhere = dataDirectory();
    restore({ dataDir: elsewhere, file, force: false, now: noon });
    expect(await everything((await running(elsewhere)).store)).toEqual(before);
  });

  it('is of one moment, however much is written meanwhile', async () => {
    const { store, dataDir, file } = await running();
    await record(store, ['a']);
    const writing = Promise.all(Array.from({ length: 50 }, (_, n) => record(store, [`later-${n}`])));

    const { events } = backUp(dataDir, file);
    await writing;

    expect(new Database(file, { readonly: true }).prepare('select sum(count) from tally').pluck().get()).toBe(events);
    expect((await store.stats()).events.received).toBe(51);
  });

  it('replaces nothing, and leaves nothing behind when it fails', async () => {
    const { dataDir, file } = await running();
    writeFileSync(file, 'something else');

    expect(() => backUp(dataDir, file)).toThrow(expect.objectContaining({ code: 'REQUEST_INVALID' }));
    expect(() => backUp(dataDir, join(file, 'in-a-file'))).toThrow(
      expect.objectContaining({ code: 'STORE_UNAVAILABLE' }),
    );
    expect(readFileSync(file, 'utf8')).toBe('something else');
    expect(readdirSync(join(file, '..'))).toEqual(['backup.db']);
  });

  it('is not made of nothing, nor of a database that a start would refuse', async () => {
    const { store, dataDir, file } = await running();
    expect(() => backUp(dataDirectory(), file)).toThrow(expect.objectContaining({ code: 'REQUEST_INVALID' }));

    await record(store, ['a']);
    await store.close();
    truncateSync(databaseIn(dataDir), 8_192);
    expect(() => backUp(dataDir, file)).toThrow(expect.objectContaining({ code: 'STORE_UNSAFE' }));
  });
});

describe('restoring', () => {
  it('puts a backup where the database is missing, and the gateway starts again', async () => {
    const { store, dataDir, file } = await running();
    await fill(store);
    backUp(dataDir, file);
    const before = await everything(store);
    await store.close();
    rmSync(databaseIn(dataDir));
    await expect(openStore({ dataDir })).rejects.toMatchObject({ code: 'STORE_UNSAFE' });

    expect(restore({ dataDir, file, force: false, now: noon }).keptAside).toEqual([]);

    expect(await everything((await running(dataDir)).store)).toEqual(before);
  });

  it('replaces a database only by force, and keeps it aside', async () => {
    const { store, dataDir, file } = await running();
    await record(store, ['a']);
    backUp(dataDir, file);
    await record(store, ['b']);
    await store.close();

    const order = { dataDir, file, now: noon };
    expect(() => restore({ ...order, force: false })).toThrow(expect.objectContaining({ code: 'REQUEST_INVALID' }));
    const { keptAside } = restore({ ...order, force: true });

    expect(keptAside).toEqual([`${databaseIn(dataDir)}.replaced-2026-11-21T12-00-00-000Z`]);
    expect(keptAside.every((name) => existsSync(name))).toBe(true);
    expect((await (await running(dataDir)).store.stats()).events.received).toBe(1);
  });

  it('is refused while a gateway runs', async () => {
    const { dataDir, file } = await running();
    backUp(dataDir, file);

    expect(() => restore({ dataDir, file, force: true, now: noon })).toThrow(
      expect.objectContaining({ code: 'STORE_IN_USE' }),
    );
  });

  it.each<[string, (file: string) => void]>([
    ['is not there', () => undefined],
    ['is no database', (file) => writeFileSync(file, 'x'.repeat(9_000))],
    ['is a database of something else', (file) => void new Database(file).exec('create table note (text)').close()],
    [
      'is damaged',
      (file) => {
        const source = dataDirectory();
        mkdirSync(source, { recursive: true });
        const db = new Database(file);
        db.exec('create table instance (id text); insert into instance values (1); create table event (a)');
        db.exec(`insert into event values ('${'x'.repeat(9_000)}')`);
        db.close();
        const bytes = readFileSync(file);
        writeFileSync(file, bytes.fill(0, 8_192, 12_288));
      },
    ],
  ])('is refused when the backup %s, and changes nothing', async (_, make) => {
    const { store, dataDir, file } = await running();
    await record(store, ['a']);
    await store.close();
    make(file);
    const names = readdirSync(dataDir);

    expect(() => restore({ dataDir, file, force: true, now: noon })).toThrow(
      expect.objectContaining({ name: 'GatewayError' }),
    );
    expect(readdirSync(dataDir)).toEqual(names);
  });
});
