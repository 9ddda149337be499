import { copyFileSync, cpSync, existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openStore } from '../../../src/store/open.ts';
import { readWal, readWalIndex } from '../../../src/store/sqlite/wal.ts';
import { aRequest, record } from '../../contracts/store-samples.ts';
import { connect, databaseIn, dataDirectory } from './data-directory.ts';

/** A directory as a closed gateway leaves it. */
async function closedDirectory(count = 20): Promise<string> {
  const dataDir = dataDirectory();
  const store = await openStore({ dataDir });
  await record(
    store,
    Array.from({ length: count }, (_, n) => `event-${n}`),
    { body: Buffer.alloc(2_000, 'x') },
  );
  await store.close();
  return dataDir;
}

/** A directory as a killed gateway leaves it: a copy of one that is running, with its log and the log's index. */
async function killedDirectory(count = 20): Promise<string> {
  const [living, dataDir] = [dataDirectory(), dataDirectory()];
  const store = await openStore({ dataDir: living });
  await record(
    store,
    Array.from({ length: count }, (_, n) => `event-${n}`),
    { body: Buffer.alloc(2_000, 'x') },
  );
  cpSync(living, dataDir, { recursive: true });
  await store.close();
  return dataDir;
}

const logIn = (dataDir: string): string => `${databaseIn(dataDir)}-wal`;
const indexIn = (dataDir: string): string => `${databaseIn(dataDir)}-shm`;
const markerIn = (dataDir: string): string => databaseIn(dataDir).replace(/db$/, 'instance');

function overwrite(file: string, position: number, bytes: Uint8Array): void {
  const content = readFileSync(file);
  content.set(bytes, position);
  writeFileSync(file, content);
}

async function receivedIn(dataDir: string): Promise<number> {
  const store = await openStore({ dataDir });
  onTestFinished(() => store.close());
  return (await store.stats()).events.received;
}

describe('a start', () => {
  it('finds everything after a stop and after a kill', async () => {
    expect(await receivedIn(await closedDirectory())).toBe(20);
    expect(await receivedIn(await killedDirectory())).toBe(20);
  });

  it.each<[string, (dataDir: string) => void, string]>([
    ['is missing', (dataDir) => rmSync(databaseIn(dataDir)), 'is missing'],
    ['is empty', (dataDir) => truncateSync(databaseIn(dataDir)), 'is empty'],
    ['lacks its end', (dataDir) => truncateSync(databaseIn(dataDir), 40_960), 'is cut off'],
    [
      'lacks some bytes',
      (dataDir) => truncateSync(databaseIn(dataDir), readFileSync(databaseIn(dataDir)).length - 1),
      'is cut off',
    ],
    ['has a header of zeros', (dataDir) => overwrite(databaseIn(dataDir), 0, new Uint8Array(100)), 'does not begin'],
    ['is another file', (dataDir) => writeFileSync(databaseIn(dataDir), 'x'.repeat(9_000)), 'does not begin'],
    [
      'has a first page of zeros behind its header',
      (dataDir) => overwrite(databaseIn(dataDir), 100, new Uint8Array(3_000)),
      'damaged',
    ],
  ])('names a database that %s, every time, and leaves it as it is', async (_, spoil, message) => {
    const dataDir = await closedDirectory();
    spoil(dataDir);
    const left = existsSync(databaseIn(dataDir)) ? readFileSync(databaseIn(dataDir)) : undefined;

    for (let time = 1; time <= 2; time += 1) {
      await expect(openStore({ dataDir })).rejects.toMatchObject({
        code: 'STORE_UNSAFE',
        message: expect.stringContaining(message),
        hint: expect.stringContaining('hookstitch restore FILE'),
      });
    }
    expect(existsSync(databaseIn(dataDir)) ? readFileSync(databaseIn(dataDir)) : undefined).toEqual(left);
  });

  it('names a database of another instance, and one of none', async () => {
    const [dataDir, other] = [await closedDirectory(), await closedDirectory()];
    copyFileSync(databaseIn(other), databaseIn(dataDir));
    await expect(openStore({ dataDir })).rejects.toMatchObject({
      code: 'STORE_UNSAFE',
      message: expect.stringContaining(readFileSync(markerIn(other), 'utf8').trim()),
    });

    rmSync(databaseIn(dataDir));
    new Database(databaseIn(dataDir)).exec('create table note (text)').close();
    await expect(openStore({ dataDir })).rejects.toMatchObject({
      code: 'STORE_UNSAFE',
      message: expect.stringContaining('without a name'),
    });
  });

  it.each<[string, (dataDir: string) => void]>([
    ['is missing', (dataDir) => rmSync(logIn(dataDir))],
    ['is empty', (dataDir) => truncateSync(logIn(dataDir))],
    ['lacks its end', (dataDir) => truncateSync(logIn(dataDir), readFileSync(logIn(dataDir)).length - 5_000)],
    ['has a byte changed in its middle', (dataDir) => overwrite(logIn(dataDir), 50_000, Buffer.from('?'))],
    ['has a byte changed in its header', (dataDir) => overwrite(logIn(dataDir), 17, Buffer.from('?'))],
  ])('names a log that %s', async (_, spoil) => {
    const dataDir = await killedDirectory();
    spoil(dataDir);

    await expect(openStore({ dataDir })).rejects.toMatchObject({
      code: 'STORE_UNSAFE',
      message: expect.stringMatching(/write-ahead log is damaged|is empty|is missing|is cut off/),
    });
  });

  it('takes a log whose index is gone, and an index that is damaged', async () => {
    const [without, damaged] = [await killedDirectory(), await killedDirectory()];
    rmSync(indexIn(without));
    overwrite(indexIn(damaged), 20, Buffer.from('????'));

    expect(await receivedIn(without)).toBe(20);
    expect(await receivedIn(damaged)).toBe(20);
  });

  it('takes a database that a checkpoint was writing: what the log has of it counts', async () => {
    const dataDir = await killedDirectory();
    const bytes = readFileSync(databaseIn(dataDir)).length;
    overwrite(databaseIn(dataDir), 0, new Uint8Array(100));
    truncateSync(databaseIn(dataDir), Math.min(bytes, 4_096));

    expect(await receivedIn(dataDir)).toBe(20);
  });

  it('makes a marker that is missing or unreadable anew', async () => {
    const dataDir = await closedDirectory();
    const marker = readFileSync(markerIn(dataDir), 'utf8');
    rmSync(markerIn(dataDir));
    await (await openStore({ dataDir })).close();
    expect(readFileSync(markerIn(dataDir), 'utf8')).toBe(marker);

    writeFileSync(markerIn(dataDir), '???');
    await (await openStore({ dataDir })).close();
    expect(readFileSync(markerIn(dataDir), 'utf8')).toBe(marker);
  });

  it('names a database that is missing also when the marker cannot be read', async () => {
    const dataDir = await closedDirectory();
    writeFileSync(markerIn(dataDir), '');
    rmSync(databaseIn(dataDir));

    await expect(openStore({ dataDir })).rejects.toMatchObject({ code: 'STORE_UNSAFE' });
  });

  it('begins anew where every file of the old one was moved away', async () => {
    const dataDir = await closedDirectory();
    for (const file of [databaseIn(dataDir), markerIn(dataDir)]) rmSync(file);

    expect(await receivedIn(dataDir)).toBe(0);
  });
});

describe('the write-ahead log', () => {
  it('is read as SQLite reads it, over restarts of the log', async () => {
    const dataDir = dataDirectory();
    const store = await openStore({ dataDir });
    onTestFinished(() => store.close());
    for (let round = 0; round < 4; round += 1) {
      await Promise.all(
        Array.from({ length: 400 }, () => store.recordRequest(aRequest({ body: Buffer.alloc(3_000) }))),
      );
      const copy = dataDirectory();
      cpSync(dataDir, copy, { recursive: true });
      const [wal, index] = [readWal(logIn(copy)), readWalIndex(indexIn(copy))];
      const reader = connect(databaseIn(dataDir));

      expect(wal?.frames).toBe(index?.frames);
      expect(wal?.salts).toEqual(index?.salts);
      expect(wal?.databasePages).toBe(reader.pragma('page_count', { simple: true }));
    }
  });
});
