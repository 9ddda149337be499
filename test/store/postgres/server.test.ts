import pg from 'pg';
import { expect, it, onTestFinished } from 'vitest';
import { describeOnPostgres, makeDatabase } from '../../support/postgres/databases.ts';

describeOnPostgres('the tests’ server', () => {
  it('gives every test a database of its own and syncs to the disk', async () => {
    const t0 = performance.now();
    const [one, other] = [await makeDatabase(), await makeDatabase()];
    console.log(performance.now() - t0);
    const client = new pg.Client({ connectionString: one.url });
    onTestFinished(async () => {
      await client.end();
      const t1 = performance.now();
      await one.remove();
      await other.remove();
      console.log(performance.now() - t1);
    });
    await client.connect();

    expect(one.url).not.toBe(other.url);
    expect((await client.query('show fsync')).rows).toEqual([{ fsync: 'on' }]);
    expect((await client.query('show data_checksums')).rows).toEqual([{ data_checksums: 'on' }]);
  });
});
