import { expect, it } from 'vitest';
import { openStore } from '../../src/store/open.ts';
import { record } from '../contracts/store-samples.ts';
import { storeAt, testDatabase } from '../store/postgres/test-database.ts';
import { hookstitch } from '../support/command-line.ts';
import { describeOnPostgres } from '../support/postgres/databases.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

it('hookstitch migrate makes the schema, and has nothing to do the second time', async () => {
  const folder = await temporaryFolder();
  const first = await hookstitch(folder, ['migrate']);
  const second = await hookstitch(folder, ['migrate']);

  expect([first.code, first.out]).toEqual([0, expect.stringMatching(/^applied 001-initial\.sql\n/)]);
  expect([second.code, second.out]).toEqual([0, 'data: the schema is up to date\n']);
});

it('hookstitch migrate-store needs somewhere to move to', async () => {
  const { code, err } = await hookstitch(await temporaryFolder(), ['migrate-store']);
  expect([code, err]).toEqual([2, expect.stringContaining('DATABASE_URL is not set')]);
});

describeOnPostgres('on PostgreSQL', () => {
  it('hookstitch migrate makes the schema, and has nothing to do the second time', async () => {
    const environment = { DATABASE_URL: await testDatabase() };
    const folder = await temporaryFolder();
    const first = await hookstitch(folder, ['migrate', '--json'], environment);
    const second = await hookstitch(folder, ['migrate', '--json'], environment);

    expect([first.code, JSON.parse(first.out)]).toEqual([0, { applied: expect.arrayContaining(['001-initial.sql']) }]);
    expect([second.code, JSON.parse(second.out)]).toEqual([0, { applied: [] }]);
  });

  it('hookstitch migrate-store moves what SQLite holds, says so, and leaves a mark', async () => {
    const url = await testDatabase();
    const folder = await temporaryFolder();
    const store = await openStore({ dataDir: `${folder}/data` });
    await record(store, ['a', 'b']);
    await store.close();
    const environment = { DATABASE_URL: url };

    const moved = await hookstitch(folder, ['migrate-store'], environment);
    expect([moved.code, moved.err]).toEqual([0, '']);
    expect(moved.out).toContain('event            2 of 2\n');
    expect(moved.out).toMatch(/✓ \d+ rows in 16 tables, read back and the same in number and content\n/);

    const again = await hookstitch(folder, ['migrate-store'], environment);
    expect([again.code, again.err]).toEqual([2, expect.stringContaining('is not empty: event has rows')]);
    const onSqlite = await hookstitch(folder, ['migrate']);
    expect([onSqlite.code, onSqlite.err]).toEqual([1, expect.stringContaining('was moved to PostgreSQL')]);
    const { items } = await (await storeAt(url)).listEvents({}, { limit: 5 });
    expect(items.map(({ externalId }) => externalId)).toEqual(['b', 'a']);
  });
});
