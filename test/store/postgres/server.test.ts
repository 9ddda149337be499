import { expect, it } from 'vitest';
import { describeOnPostgres } from '../../support/postgres/databases.ts';
import { connect, testDatabase } from './test-database.ts';

describeOnPostgres('the server of the tests', () => {
  it('gives each test a database of its own, and syncs to the disk as any other', async () => {
    const [url, other] = [await testDatabase(), await testDatabase()];
    const client = await connect(url);

    expect(url).not.toBe(other);
    expect((await client.query('show fsync')).rows).toEqual([{ fsync: 'on' }]);
  });
});
