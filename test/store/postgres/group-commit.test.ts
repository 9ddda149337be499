import { describe, expect, it } from 'vitest';
import { GatewayError } from '../../../src/model/error.ts';
import { GroupCommit } from '../../../src/store/postgres/group-commit.ts';
import { roomLimits } from '../../../src/store/room.ts';
import { aRequest } from '../../contracts/store-samples.ts';
import { describeOnPostgres } from '../../support/postgres/databases.ts';
import { connect, storeAt, testDatabase } from './test-database.ts';

const mebibyte = 1024 * 1024;
const statementError = Object.assign(new Error('duplicate key'), { code: '23505' });

/** Commits that the test ends one by one, or at once; `impossible` items fail by themselves. */
function aGroup({ atOnce = 1, most = 1_000, impossible = new Set<number>() } = {}) {
  const groups: (readonly number[])[] = [];
  const group = new GroupCommit<number, string>({
    atOnce,
    most,
    commit: async (items) => {
      groups.push(items);
      await new Promise((resolve) => setImmediate(resolve));
      if (items.some((item) => impossible.has(item))) throw statementError;
      return items.map((item) => `done ${item}`);
    },
  });
  return { group, groups };
}

describe('group commit on PostgreSQL', () => {
  it('puts everything that waits into one transaction, and what comes meanwhile into the next', async () => {
    const { group, groups } = aGroup();
    const first = [group.add(1), group.add(2)];
    await first[0];
    const second = [group.add(3), group.add(4)];

    expect(await Promise.all([...first, ...second])).toEqual(['done 1', 'done 2', 'done 3', 'done 4']);
    expect(groups).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it('puts no more than so many, and so many bytes, into one', async () => {
    const { group, groups } = aGroup({ most: 2 });
    await Promise.all([1, 2, 3].map((item) => group.add(item)));
    await Promise.all([4, 5].map((item) => group.add(item, 5 * mebibyte)));

    expect(groups).toEqual([[1, 2], [3], [4], [5]]);
  });

  it('leaves out the one that fails, and no other', async () => {
    const { group } = aGroup({ impossible: new Set([3]) });
    const ends = await Promise.allSettled([1, 2, 3, 4, 5].map((item) => group.add(item)));

    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    expect(ends[2]).toMatchObject({ reason: { code: 'INTERNAL' } });
  });

  it('tries nothing again when the database is away: all hear the same', async () => {
    let commits = 0;
    const group = new GroupCommit<number, string>({
      atOnce: 1,
      most: 10,
      commit: async () => {
        commits += 1;
        throw new GatewayError('STORE_UNAVAILABLE', 'away');
      },
    });
    const ends = await Promise.allSettled([group.add(1), group.add(2)]);

    expect(ends).toMatchObject([{ reason: { code: 'STORE_UNAVAILABLE' } }, { reason: { code: 'STORE_UNAVAILABLE' } }]);
    expect(commits).toBe(1);
  });

  it('turns requests away while too much waits, but nothing that must be written', async () => {
    const { group } = aGroup();
    const waiting = Array.from({ length: roomLimits.waiting }, (_, n) => group.addIfRoom(n, 1));
    await expect(group.addIfRoom(0, 1)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(await group.add(-1)).toBe('done -1');
    await Promise.all(waiting);

    const big = Array.from({ length: 64 }, (_, n) => group.addIfRoom(n, mebibyte));
    await expect(group.addIfRoom(0, 1)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await Promise.all(big);
    expect(await group.addIfRoom(0, mebibyte)).toBe('done 0');
  });
});

describeOnPostgres('requests that arrive at once', () => {
  it('share a few commits, and are there for everybody when their senders hear of it', async () => {
    const url = await testDatabase();
    const store = await storeAt(url);
    const client = await connect(url);
    const commits = async (): Promise<number> => {
      await client.query('select pg_stat_clear_snapshot()');
      const { rows } = await client.query('select distinct xmin::text from request');
      return rows.length;
    };

    await Promise.all(Array.from({ length: 300 }, () => store.recordRequest(aRequest())));

    expect(await commits()).toBeLessThan(8);
    expect((await client.query('select count(*)::int as n from event')).rows).toEqual([{ n: 300 }]);
  });
});
