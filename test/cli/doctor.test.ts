import { rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openStore } from '../../src/store/open.ts';
import { aClaim, at, record } from '../contracts/store-samples.ts';
import { hookstitch } from '../support/command-line.ts';
import { describeOnPostgres, makeDatabase, runOn } from '../support/postgres/databases.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('the doctor', () => {
  it('is content with what is whole, while the gateway runs and after', async () => {
    const folder = await temporaryFolder({});
    const store = await openStore({ dataDir: join(folder, 'data') });
    await record(store, ['a', 'b']);

    const running = await hookstitch(folder, ['doctor', '--strict']);
    await store.close();
    const stopped = await hookstitch(folder, ['doctor', '--json']);

    expect([running.code, running.out]).toEqual([0, '✓ 4 rows are what was written\n']);
    expect([stopped.code, JSON.parse(stopped.out)]).toEqual([0, { ok: true, rows: 4, damages: [], notes: [] }]);
  });

  it('names every damage and exits 1; what is no damage counts only when it is strict', async () => {
    const folder = await temporaryFolder({});
    const file = join(folder, 'data', 'hookstitch.db');
    const store = await openStore({ dataDir: join(folder, 'data'), clock: { now: () => at(0) } });
    await record(store, ['a']);
    await store.claimEvents(aClaim({ now: at(0) }));
    await store.close();

    const lax = await hookstitch(folder, ['doctor']);
    const strict = await hookstitch(folder, ['doctor', '--strict']);
    new Database(file).exec("update request set url = 'https://elsewhere.example'").close();
    const damaged = await hookstitch(folder, ['doctor']);
    rmSync(file);
    const gone = await hookstitch(folder, ['doctor']);

    expect([lax.code, lax.out]).toEqual([0, expect.stringMatching(/^! evt_\w+: its lease ended long ago/)]);
    expect(strict.code).toBe(1);
    expect([damaged.code, damaged.out]).toEqual([
      1,
      expect.stringMatching(/^✗ request 1: .*\n(.*\n)*restore a backup/),
    ]);
    expect([gone.code, gone.err]).toEqual([1, expect.stringContaining('STORE_UNSAFE')]);
  });

  it('says so where no gateway has stored anything, and makes nothing', async () => {
    const folder = await temporaryFolder({});

    const { code, err } = await hookstitch(folder, ['doctor']);

    expect([code, err]).toEqual([2, expect.stringContaining('no gateway has stored anything')]);
  });

  it('is not asked for backups where the store is in PostgreSQL', async () => {
    const folder = await temporaryFolder({});
    const elsewhere = { DATABASE_URL: 'postgres://user@127.0.0.1:9/none' };

    for (const args of [
      ['backup', 'copy.db'],
      ['restore', 'copy.db'],
    ]) {
      const { code, err } = await hookstitch(folder, args, elsewhere);
      expect([args[0], code, err]).toEqual([args[0], 2, expect.stringContaining('pg_dump')]);
    }
  });
});

describeOnPostgres('the doctor of a store in PostgreSQL', () => {
  it('looks at everything that is stored', async () => {
    const folder = await temporaryFolder({});
    const { url, remove } = await makeDatabase();
    onTestFinished(remove);
    const store = await openStore({ dataDir: '', databaseUrl: url });
    onTestFinished(() => store.close());
    await record(store, ['a', 'b']);
    const environment = { DATABASE_URL: url };

    const whole = await hookstitch(folder, ['doctor', '--strict'], environment);
    await runOn(url, "update request set url = 'https://elsewhere.example' where seq = 1");
    const damaged = await hookstitch(folder, ['doctor'], environment);

    expect([whole.code, whole.out]).toEqual([0, '✓ 4 rows are what was written\n']);
    expect([damaged.code, damaged.out]).toEqual([
      1,
      expect.stringMatching(/^✗ request 1: .*\nrestore a backup of the database/),
    ]);
  });
});
