import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/model/clock.ts';
import { applyMigrations } from '../../src/store/sqlite/apply-migrations.ts';
import { openDatabase } from '../../src/store/sqlite/connection.ts';
import { SqliteStore } from '../../src/store/sqlite/sqlite-store.ts';
import { stripeBody } from '../support/stripe-sender.ts';
import { exactly, none, type Report } from './scenario.ts';

/** The disk is full as far as SQLite can tell: its file must not grow. */
export async function fullInProcess(rounds: number): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), 'hookstitch-full-'));
  const db = openDatabase(join(folder, 'hookstitch.db'));
  applyMigrations(db, systemClock.now());
  const store = new SqliteStore(db, { clock: systemClock, releaseLock: () => undefined });
  try {
    const acknowledged: string[] = [];
    let [refused, resumed, next] = [0, 0, 0];
    const record = async (externalId: string) => {
      const receivedAt = systemClock.now();
      const request = { source: 'stripe', kind: null, method: 'POST', url: 'https://h.example/in/stripe', headers: {} };
      const events = [{ type: 'check', externalId, occurredAt: receivedAt, item: null }];
      return await store.recordRequest({ ...request, receivedAt, events, body: Buffer.from(stripeBody(externalId)) });
    };
    for (let round = 0; round < rounds; round += 1) {
      db.pragma(`max_page_count = ${Number(db.pragma('page_count', { simple: true })) + 20}`);
      for (let isRefused = false; !isRefused; ) {
        const id = `evt_${next++}`;
        const receipt = await record(id).catch(() => undefined);
        if (receipt === undefined) isRefused = true;
        else acknowledged.push(id);
      }
      refused += 1;
      db.pragma('max_page_count = 1000000');
      if ((await record(`evt_${next++}`)).accepted === 1) resumed += 1;
    }
    const known = await Promise.all(acknowledged.map(record));
    return {
      goals: [
        exactly('rounds in which it refused', refused, rounds),
        none('2xx without a row', known.filter(({ duplicates }) => duplicates !== 1).length),
        exactly('rounds after which it accepted at once', resumed, rounds),
      ],
      figures: { acknowledged: acknowledged.length, mounted: false },
    };
  } finally {
    await store.close();
    rmSync(folder, { recursive: true });
  }
}
