import { statSync } from 'node:fs';
import { setImmediate as turnEnded } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { anEvent, aRequest } from '../../contracts/store-samples.ts';
import { connect, databaseIn, dataDirectory, freshDatabase, storeOn } from './data-directory.ts';

const mebibyte = 1024 * 1024;

describe('the write-ahead log', () => {
  const body = Buffer.from(JSON.stringify({ padding: 'x'.repeat(20_000) }));

  it('begins anew under a load that never rests, so that it stays bounded', async () => {
    const dataDir = dataDirectory();
    const store = storeOn(freshDatabase(dataDir));
    let written = 0;
    const sender = async (): Promise<void> => {
      while (written < 12_000) {
        written += 1;
        await store.recordRequest(aRequest({ body, events: [anEvent({ externalId: `evt_${written}` })] }));
      }
    };
    await Promise.all(Array.from({ length: 300 }, sender));

    // What was written is three times as much.
    expect(statSync(`${databaseIn(dataDir)}-wal`).size).toBeLessThan(100 * mebibyte);
  }, 60_000);

  it('holds nothing back from whoever opens the file after the store was closed', async () => {
    const dataDir = dataDirectory();
    const store = storeOn(freshDatabase(dataDir));
    for (let n = 0; n < 600; n += 1)
      await store.recordRequest(aRequest({ body, events: [anEvent({ externalId: `evt_${n}` })] }));
    await turnEnded();
    await store.close();

    expect(connect(databaseIn(dataDir)).prepare('select count(*) from event').pluck().get()).toBe(600);
  });
});
