import { openStore } from '../../src/store/open.ts';
import { describeStore } from '../contracts/store.contract.ts';
import { at } from '../contracts/store-samples.ts';
import { describeOnPostgres, makeDatabase } from '../support/postgres/databases.ts';

describeOnPostgres('a database server', () => {
  describeStore('PostgreSQL', async () => {
    const { url, remove } = await makeDatabase();
    return { open: () => openStore({ dataDir: '', databaseUrl: url, clock: { now: () => at(0) } }), remove };
  });
});
