import type { Database } from 'better-sqlite3';
import { beforeEach, describe, expect, it } from 'vitest';
import { GroupCommit, writeLimits } from '../../../src/store/sqlite/group-commit.ts';
import { tallyStatements } from '../../../src/store/sqlite/tally-statements.ts';
import { aRequest } from '../../contracts/store-samples.ts';
import { commitsInLog, connect, databaseIn, dataDirectory, freshDatabase, storeOn } from './data-directory.ts';

const mebibyte = 1024 * 1024;

describe('group commit', () => {
  let file: string;
  let db: Database;
  let commit: GroupCommit;

  beforeEach(() => {
    const dataDir = dataDirectory();
    file = databaseIn(dataDir);
    db = freshDatabase(dataDir);
    commit = new GroupCommit(db, tallyStatements(db));
  });

  const note = (text: string) => db.prepare('insert into note values (?)').run(text);
  const notes = () => connect(file).prepare('select text from note').pluck().all();
  const commitsOf = async (work: () => Promise<unknown>): Promise<number> => {
    const before = commitsInLog(file);
    await work();
    return commitsInLog(file) - before;
  };

  it('puts everything that waits into one commit', async () => {
    const store = storeOn(db);
    const commits = await commitsOf(() =>
      Promise.all(Array.from({ length: 64 }, () => store.recordRequest(aRequest()))),
    );

    expect(commits).toBe(1);
    expect((await store.stats()).events.received).toBe(64);
  });

  it('puts at most a thousand operations into one commit', async () => {
    db.exec('create table note (text text)');
    const many = Array.from({ length: 2 * writeLimits.group + 1 }, (_, n) => commit.write(() => note(`${n}`)));

    expect(await commitsOf(() => Promise.all(many))).toBe(3);
    expect(notes()).toHaveLength(many.length);
  });

  it('puts no more events of senders into one commit than the event loop can stand still for', async () => {
    db.exec('create table note (text text)');
    const events = writeLimits.events / 2;
    const requests = ['a', 'b', 'c'].map((text) => commit.writeIfRoom(() => note(text), 1, { events }));
    const large = commit.writeIfRoom(() => note('large'), 1, { events: 2 * writeLimits.events });

    expect(await commitsOf(() => Promise.all([...requests, large]))).toBe(3);
    expect(notes()).toEqual(['a', 'b', 'c', 'large']);
  });

  it('tells a caller only when another connection can see the write', async () => {
    db.exec('create table note (text text)');
    await commit.write(() => note('written'));

    expect(notes()).toEqual(['written']);
  });

  it('leaves out the operation that fails, with all it had written and counted', async () => {
    db.exec('create table note (text text not null unique)');
    const writes = ['a', 'b', 'a', 'c'].map((text, index) =>
      commit.write((tally) => {
        tally.events('stripe', 'received', 1);
        note(`${index}`);
        return note(text).changes;
      }),
    );

    const ends = await Promise.allSettled(writes);

    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect(ends[2]).toMatchObject({ reason: { code: 'INTERNAL', cause: { code: 'SQLITE_CONSTRAINT_UNIQUE' } } });
    expect(notes()).toEqual(['0', 'a', '1', 'b', '3', 'c']);
    expect(await storeOn(db).stats()).toMatchObject({ events: { received: 3 } });
  });

  it('leaves out an operation that throws before it reaches the database', async () => {
    const ends = await Promise.allSettled([commit.write(() => JSON.parse('{')), commit.write(() => 'fine')]);

    expect(ends).toMatchObject([
      { status: 'rejected', reason: { code: 'INTERNAL', cause: { name: 'SyntaxError' } } },
      { status: 'fulfilled', value: 'fine' },
    ]);
  });

  it('rejects the whole group when the COMMIT fails, and goes on with the next', async () => {
    db.exec('create table note (text text)');
    const orphan = () => {
      // Checked at COMMIT only.
      db.pragma('defer_foreign_keys = on');
      return db
        .prepare(`insert into delivery (id, event_id, mapping_file, mapping_version, item, destination, outgoing_id,
          created_at, status, due_at, payload) values ('dlv_1', 'evt_none', 'a', 'b', 0, 'c', 'd', 0, 'pending', 0, '{}')`)
        .run();
    };

    const ends = await Promise.allSettled([commit.write(() => note('lost')), commit.write(orphan)]);

    const unavailable = { code: 'STORE_UNAVAILABLE', cause: { code: 'SQLITE_CONSTRAINT_FOREIGNKEY' } };
    expect(ends).toMatchObject([{ reason: unavailable }, { reason: unavailable }]);
    await commit.write(() => note('kept'));
    expect(notes()).toEqual(['kept']);
  });

  it('turns requests away while ten thousand operations wait, but no settlement', async () => {
    const waiting = Array.from({ length: writeLimits.waiting }, () => commit.writeIfRoom(() => 'written', 1));

    await expect(commit.writeIfRoom(() => 'written', 1)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(await commit.write(() => 'settled')).toBe('settled');
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['written']));
    expect(await commit.writeIfRoom(() => 'room again', 1)).toBe('room again');
  });

  it('turns requests away while 64 MiB of bodies wait', async () => {
    const waiting = Array.from({ length: 64 }, () => commit.writeIfRoom(() => 'written', mebibyte));

    await expect(commit.writeIfRoom(() => 'written', 1)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await Promise.all(waiting);
    expect(await commit.writeIfRoom(() => 'room again', mebibyte)).toBe('room again');
  });

  it('lets what is sent once wait while somebody else writes alone, within the same bounds', async () => {
    const end = Promise.withResolvers<void>();
    const held = commit.hold(() => end.promise);
    const unavailable = { code: 'STORE_UNAVAILABLE' };
    const once = { isSentOnce: true };

    const waiting = Array.from({ length: 64 }, () => commit.writeIfRoom(() => 'written', mebibyte, once));
    await expect(commit.writeIfRoom(() => 'written', 1, once)).rejects.toMatchObject(unavailable);
    await expect(commit.writeIfRoom(() => 'written', 0)).rejects.toMatchObject(unavailable);
    end.resolve();
    await held;

    expect(await Promise.all(waiting)).toEqual(Array(64).fill('written'));
  });

  describe('when another connection holds the write lock', () => {
    let other: Database;

    beforeEach(() => {
      other = connect(file);
      other.exec('begin immediate');
    });

    /** The longest time the event loop stood still until `end` settled. */
    const standstillUntil = async (end: Promise<unknown>): Promise<number> => {
      let longestMs = 0;
      let lastTurn = performance.now();
      let waiting = true;
      const turn = () => {
        const now = performance.now();
        longestMs = Math.max(longestMs, now - lastTurn);
        lastTurn = now;
        if (waiting) setImmediate(turn);
      };
      turn();
      await end.catch(() => undefined);
      waiting = false;
      return longestMs;
    };

    it('keeps the event loop turning, then gives up on everything that waits', async () => {
      const first = commit.write(() => 1);
      const second = commit.writeIfRoom(() => 2, 1);

      expect(await standstillUntil(first)).toBeLessThan(400);
      const busy = { code: 'STORE_UNAVAILABLE', cause: { code: 'SQLITE_BUSY' } };
      await expect(first).rejects.toMatchObject(busy);
      await expect(second).rejects.toMatchObject(busy);
    });

    /** By then the write has met the lock. */
    const turns = async (count: number) => {
      for (let n = 0; n < count; n += 1) await new Promise((resolve) => setImmediate(resolve));
    };

    it('writes once the lock is free, without being asked again', async () => {
      const write = commit.write(() => 'written');
      await turns(2);
      other.exec('commit');

      expect(await write).toBe('written');
    });

    it('waits as long for the next write after it gave up', async () => {
      await expect(commit.write(() => 1)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
      const write = commit.write(() => 2);
      await turns(2);
      other.exec('rollback');

      expect(await write).toBe(2);
    });
  });
});
