import { expect, it } from 'vitest';
import { DatabaseClock } from '../../../src/store/postgres/clock.ts';
import { Connections } from '../../../src/store/postgres/connections.ts';
import { describeOnPostgres } from '../../support/postgres/databases.ts';
import { connect, storeAt, testDatabase } from './test-database.ts';

describeOnPostgres('a statement that travels along', () => {
  const add = 'update pulse set beats = beats + $1';
  const tooMuch = '9223372036854775807';

  async function fresh() {
    const url = await testDatabase();
    await storeAt(url);
    const client = await connect(url);
    const beats = async () => Number((await client.query('select beats from pulse')).rows[0].beats);
    return { connections: new Connections(url, new DatabaseClock()), beats };
  }

  it('is committed with the others, in the order in which they were sent', async () => {
    const { connections, beats } = await fresh();

    const seen = await connections.write({ purpose: 'working' }, async (tx) => {
      tx.along(add, [1]);
      tx.along(add, [2]);
      return tx.rows('select beats from pulse');
    });

    expect([seen, await beats()]).toEqual([[{ beats: 3 }], 3]);
    await connections.close();
  });

  it.each([
    ['as the last one', false],
    ['before one that is waited for', true],
  ])('takes all of it back where it fails, and is the reason: %s', async (_, isWaited) => {
    const { connections, beats } = await fresh();

    const writing = connections.write({ purpose: 'working' }, async (tx) => {
      await tx.rows(add, [1]);
      tx.along(add, [tooMuch]);
      if (isWaited) await tx.rows(add, [1]);
    });

    await expect(writing).rejects.toThrow('a value that the database refuses (22003)');
    expect(await beats()).toBe(0);
    await connections.write({ purpose: 'working' }, (tx) => tx.rows(add, [5]));
    expect(await beats()).toBe(5);
    await connections.close();
  });
});
