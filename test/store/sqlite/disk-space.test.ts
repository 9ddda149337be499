import { existsSync, statfsSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openDatabase } from '../../../src/store/sqlite/connection.ts';
import { dataFiles } from '../../../src/store/sqlite/data-files.ts';
import { ballastBytes, type DiskLimits, DiskSpace, reserveBytes } from '../../../src/store/sqlite/disk-space.ts';
import { SqliteStore } from '../../../src/store/sqlite/sqlite-store.ts';
import {
  aDraft,
  anEvent,
  aRequest,
  at,
  claimDelivery,
  queue,
  settleDeliveries,
  settledAs,
} from '../../contracts/store-samples.ts';
import { connect, databaseIn, dataDirectory, freshDatabase } from './data-directory.ts';

const mebibyte = 1024 * 1024;
const everything = 1e15;
const none = () => 0;

function spaceIn(dataDir: string, limits: DiskLimits): DiskSpace {
  return new DiskSpace(dataFiles(dataDir), limits);
}

function storeWith(limits: DiskLimits): { store: SqliteStore; dataDir: string; space: DiskSpace } {
  const dataDir = dataDirectory();
  freshDatabase(dataDir);
  const space = spaceIn(dataDir, limits);
  const store = new SqliteStore(openDatabase(databaseIn(dataDir)), {
    clock: { now: () => at(0) },
    releaseLock: () => undefined,
    space,
  });
  onTestFinished(() => store.close());
  return { store, dataDir, space };
}

describe('the reserve', () => {
  it.each([
    ['8 MB', 8, 1.6, 0.4],
    ['1 GB', 1_024, 204.8, 51.2],
    ['4 GB', 4_096, 256, 64],
    ['1 TB', 1_048_576, 52_428.8, 64],
  ])('and the ballast of a disk of %s follow its size', (_, total, reserve, ballast) => {
    const disk = { totalBytes: total * mebibyte };

    expect(reserveBytes(disk, {}) / mebibyte).toBeCloseTo(reserve);
    expect(ballastBytes(disk, {}) / mebibyte).toBeCloseTo(ballast, 5);
    expect(reserveBytes(disk, { reserveBytes: 7 })).toBe(7);
    expect(ballastBytes(disk, { ballastBytes: 7 })).toBe(7);
  });

  it('turns requests away before the disk is full, while what was received is still settled', async () => {
    const { store } = storeWith({ reserveBytes: everything });

    await expect(store.recordRequest(aRequest())).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: expect.stringContaining('nearly full'),
      hint: expect.stringContaining('DISK_RESERVE_MB'),
    });
    await expect(store.ping()).resolves.toBeUndefined();
  });

  it('counts what is free within the database', async () => {
    const { bavail, bsize } = statfsSync(tmpdir());
    const free = bavail * bsize;
    const space = spaceIn(dataDirectory(), { reserveBytes: free + 1_000 * mebibyte });

    await expect(space.admit({ isSentOnce: false, reusableBytes: none })).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
    });
    await expect(space.admit({ isSentOnce: false, reusableBytes: () => 2_000 * mebibyte })).resolves.toBeUndefined();
  });

  it('takes what is sent only once as long as an eighth of it is left', async () => {
    const { bavail, bsize } = statfsSync(tmpdir());
    const { store } = storeWith({ reserveBytes: bavail * bsize * 4 });

    await expect(store.recordRequest(aRequest())).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(await store.recordRequest(aRequest({ isSentOnce: true }))).toEqual({ accepted: 1, duplicates: 0 });
    const { store: fuller } = storeWith({ reserveBytes: everything });
    await expect(fuller.recordRequest(aRequest({ isSentOnce: true }))).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
    });
  });
});

describe('the ballast', () => {
  it('takes its space for real, and gives it once to what is sent only once', async () => {
    const dataDir = dataDirectory();
    const space = spaceIn(dataDir, { reserveBytes: 0, ballastBytes: 3 * mebibyte + 1 });
    const { ballast } = dataFiles(dataDir);
    await space.tend();
    expect(statSync(ballast).size).toBe(3 * mebibyte + 1);
    expect(statSync(ballast).blocks * 512).toBeGreaterThanOrEqual(3 * mebibyte);

    const full = spaceIn(dataDir, { reserveBytes: everything });
    const admission = { isSentOnce: true, reusableBytes: none };
    await expect(full.admit({ ...admission, isSentOnce: false })).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(existsSync(ballast)).toBe(true);
    await expect(full.admit(admission)).resolves.toBeUndefined();
    expect(existsSync(ballast)).toBe(false);
    await expect(full.admit(admission)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });

  it('is made anew where it was released or has another size, and only where there is space for it', async () => {
    const dataDir = dataDirectory();
    const { ballast } = dataFiles(dataDir);
    await spaceIn(dataDir, { reserveBytes: everything, ballastBytes: mebibyte }).tend();
    expect(existsSync(ballast)).toBe(false);

    writeFileSync(ballast, 'half');
    const space = spaceIn(dataDir, { reserveBytes: 0, ballastBytes: mebibyte });
    await space.tend();
    expect(statSync(ballast).size).toBe(mebibyte);
    expect(space.release()).toBe(true);
    expect(space.release()).toBe(false);
    await space.tend();
    expect(statSync(ballast).size).toBe(mebibyte);

    await spaceIn(dataDir, { reserveBytes: 0, ballastBytes: 0 }).tend();
    expect(existsSync(ballast)).toBe(false);
  });

  it('is released when a settlement finds the disk full, and the settlement is not lost', async () => {
    const dataDir = dataDirectory();
    const db = freshDatabase(dataDir);
    let released = 0;
    const space = spaceIn(dataDir, { reserveBytes: 0, ballastBytes: mebibyte });
    const release = space.release.bind(space);
    space.release = () => {
      released += 1;
      db.pragma('max_page_count = 100000');
      return release();
    };
    const store = new SqliteStore(db, { clock: { now: () => at(0) }, releaseLock: () => undefined, space });
    onTestFinished(() => store.close());
    await queue(store, [aDraft()]);
    const delivery = await claimDelivery(store);
    await space.tend();
    db.pragma(`max_page_count = ${Number(db.pragma('page_count', { simple: true }))}`);
    const response = { status: 200, body: 'x'.repeat(400_000) };

    const settled = settledAs(delivery, { kind: 'delivered', response }, at(4_000));
    expect(await settleDeliveries(store, [settled])).toEqual([true]);

    expect(released).toBe(1);
    expect(await store.getDelivery(delivery.id)).toMatchObject({ state: { status: 'delivered' } });
  });
});

describe('a request that is being admitted', () => {
  it('is stored as before', async () => {
    const { store, dataDir } = storeWith({ reserveBytes: 0 });
    const requests = Array.from({ length: 50 }, (_, n) => aRequest({ events: [anEvent({ externalId: `${n}` })] }));

    await Promise.all(requests.map((request) => store.recordRequest(request)));

    expect(connect(databaseIn(dataDir)).prepare('select count(*) from event').pluck().get()).toBe(50);
  });
});
