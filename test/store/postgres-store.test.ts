import { afterAll } from 'vitest';
import { openStore } from '../../src/store/open.ts';
import { describeStore } from '../contracts/store.contract.ts';
import { at } from '../contracts/store-samples.ts';
import { describeOnPostgres, emptied, makeDatabase, type TestDatabase } from '../support/postgres/databases.ts';

describeOnPostgres('a database server', () => {
  const all: TestDatabase[] = [];
  const unused: TestDatabase[] = [];

  afterAll(async () => {
    for (const database of all) await database.remove();
  });

  /** One that is emptied is as good as a new one, and there in a tenth of the time. */
  async function emptyDatabase(): Promise<TestDatabase> {
    const database = unused.pop() ?? (await makeDatabase());
    if (!all.includes(database)) all.push(database);
    return database;
  }

  describeStore('PostgreSQL', async () => {
    const database = await emptyDatabase();
    return {
      open: () => openStore({ dataDir: '', databaseUrl: database.url, clock: { now: () => at(0) } }),
      remove: async () => {
        await emptied(database);
        unused.push(database);
      },
    };
  });
});
