import { describe, expect, it } from 'vitest';
import { loadMigrations, type Migration, pendingMigrations } from '../../src/store/migrate.ts';
import { applyMigrations } from '../../src/store/sqlite/apply-migrations.ts';
import { openDatabase } from '../../src/store/sqlite/connection.ts';
import { at, noon } from '../contracts/store-samples.ts';
import { databaseIn, dataDirectory, freshDatabase } from './sqlite/data-directory.ts';

const migration = (number: number, sql = `create table t${number} (a)`): Migration => ({
  number,
  name: `00${number}-made.sql`,
  checksum: `sum of ${sql}`,
  sql,
});

const folder = new URL('../../src/store/sqlite/migrations/', import.meta.url);
const unsafe = expect.objectContaining({ code: 'STORE_UNSAFE' });

describe('the migrations of a folder', () => {
  it('are numbered from one, each number once', () => {
    const migrations = loadMigrations(folder);

    expect(migrations.map(({ number }) => number)).toEqual(
      [...new Set(migrations.map(({ number }) => number))].toSorted((one, other) => one - other),
    );
    expect(migrations[0]).toMatchObject({ name: '001-initial.sql', checksum: expect.stringMatching(/^[0-9a-f]{64}$/) });
  });
});

describe('pending migrations', () => {
  const known = [migration(1), migration(2), migration(3)];

  it.each([
    ['all of them for a new database', [], [1, 2, 3]],
    ['those that were not applied yet', known.slice(0, 1), [2, 3]],
    ['none when all are applied', known, []],
  ])('are %s', (_, applied, expected) => {
    expect(pendingMigrations(known, applied).map(({ number }) => number)).toEqual(expected);
  });

  it('are refused when one was edited after it had been applied', () => {
    expect(() => pendingMigrations(known, [migration(1, 'create table other (a)')])).toThrow(unsafe);
  });

  it('are refused when the database is of a newer version', () => {
    expect(() => pendingMigrations(known, [...known, migration(4)])).toThrow(unsafe);
  });
});

describe('a database that is migrated', () => {
  const applied = 'select number, name, applied_at from migration order by number';

  it('remembers what was applied and when, and applies it once', () => {
    const db = freshDatabase();
    applyMigrations(db, at(1_000));

    const known = loadMigrations(folder);
    expect(db.prepare(applied).all()).toEqual(
      known.map(({ number, name }) => ({ number, name, applied_at: noon.getTime() })),
    );
  });

  it('applies what is new', () => {
    const db = openDatabase(databaseIn(dataDirectory()));
    applyMigrations(db, noon, [migration(1)]);
    applyMigrations(db, at(1_000), [migration(1), migration(2)]);

    expect(db.prepare(applied).all()).toMatchObject([
      { applied_at: noon.getTime() },
      { applied_at: at(1_000).getTime() },
    ]);
    db.close();
  });

  it('keeps the events of a version that knew no delays, in line', () => {
    const db = openDatabase(databaseIn(dataDirectory()));
    const [initial, ...later] = loadMigrations(new URL('../../src/store/sqlite/migrations/', import.meta.url));
    if (initial === undefined) expect.fail('there is a first migration');
    applyMigrations(db, noon, [initial]);
    db.exec(`
      insert into request values (1, 'stripe', null, 'POST', 'u', 0, '{}', x'');
      insert into event (id, request_seq, source, type, external_id, occurred_at, received_at, status)
      values ('evt_1', 1, 'stripe', 't', 'x', 0, 0, 'received')`);

    applyMigrations(db, at(1_000), [initial, ...later]);

    expect(db.prepare('select status, due_at, waits_for from event').all()).toEqual([
      { status: 'received', due_at: null, waits_for: null },
    ]);
    db.close();
  });

  it('counts what had failed and died before problems were counted', () => {
    const db = openDatabase(databaseIn(dataDirectory()));
    const known = loadMigrations(new URL('../../src/store/sqlite/migrations/', import.meta.url));
    const before = known.filter(({ number }) => number < 6);
    applyMigrations(db, noon, before);
    db.exec(`
      insert into request values (1, 'stripe', null, 'POST', 'u', 0, '{}', x'');
      insert into event (id, request_seq, source, type, external_id, occurred_at, received_at, status, reason, message,
        settled_at)
      values ('evt_1', 1, 'stripe', 't', 'x', 0, 0, 'failed', 'mapping_failed', 'm', 0),
        ('evt_2', 1, 'stripe', 't', 'y', 0, 0, 'failed', 'mapping_failed', 'n', 0),
        ('evt_3', 1, 'stripe', 't', 'z', 0, 0, 'translated', null, null, 0);
      insert into delivery (id, event_id, mapping_file, mapping_version, item, destination, outgoing_id, created_at, status,
        settled_at, reason, cause, payload)
      values ('dlv_1', 'evt_3', 'a.yaml', '1', 0, 'segment', 'o', 0, 'dead', 0, 'rejected', 'no', '{}')`);

    applyMigrations(db, at(1_000), known);

    expect(db.prepare('select kind, name, reason, cause, count from problem').all()).toEqual([
      { kind: 'delivery', name: 'segment', reason: 'rejected', cause: 'no', count: 1 },
      { kind: 'event', name: 'stripe', reason: 'mapping_failed', cause: 'mapping_failed', count: 2 },
    ]);
    db.close();
  });

  it('stays as it was when one of several migrations fails', () => {
    const db = openDatabase(databaseIn(dataDirectory()));

    expect(() => applyMigrations(db, noon, [migration(1), migration(2, 'create nonsense')])).toThrow('syntax error');
    expect(db.prepare('select name from sqlite_schema').all()).toEqual([]);
    db.close();
  });
});
