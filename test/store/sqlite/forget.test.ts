import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Traces } from '../../../src/identity/traces.ts';
import { elementsOf, withoutElements } from '../../../src/store/array-elements.ts';
import { loadMigrations } from '../../../src/store/migrate.ts';
import { applyMigrations } from '../../../src/store/sqlite/apply-migrations.ts';
import { openDatabase } from '../../../src/store/sqlite/connection.ts';
import { FileScan } from '../../../src/store/sqlite/file-scan.ts';
import { aRequest, noon } from '../../contracts/store-samples.ts';
import { identifierFrom } from '../../identity/links.ts';
import { databaseIn, dataDirectory, freshDatabase, storeOn } from './data-directory.ts';

const ada = identifierFrom('email:ada@example.com');

describe('what is deleted', () => {
  it('is overwritten', () => {
    expect(openDatabase(databaseIn(dataDirectory())).pragma('secure_delete', { simple: true })).toBe(1);
  });

  it('is wiped out of free pages too, where an older version left it there', async () => {
    const dataDir = dataDirectory();
    const db = freshDatabase(dataDir);
    db.pragma('secure_delete = OFF');
    const store = storeOn(db);
    await store.recordRequest(aRequest({ body: Buffer.from(`${'x'.repeat(9_000)} ada@example.com`), events: [] }));
    db.exec("insert into request select 9, 's', null, 'POST', 'u', 0, '{}', cast('ada@example.com' as blob), null");
    db.exec('delete from request; pragma wal_checkpoint(truncate)');
    expect(readFileSync(databaseIn(dataDir), 'latin1')).toContain('ada@example.com');

    expect(await store.forget(ada)).toMatchObject({ events: 0, isVerified: true, remaining: [] });

    expect(readFileSync(databaseIn(dataDir), 'latin1')).not.toContain('ada@example.com');
  });

  it('is named by its kind where it is still there', async () => {
    const db = freshDatabase();
    const store = storeOn(db);
    db.exec('create table note (text text)');
    db.exec("insert into note values ('call ada@example.com')");

    expect(await store.forget(ada)).toMatchObject({ isVerified: false, remaining: ['email'] });
  });
});

describe('the links of an older version', () => {
  it('are kept when the table is made anew', () => {
    const db = openDatabase(databaseIn(dataDirectory()));
    onTestFinished(() => void db.close());
    const migrations = loadMigrations(new URL('../../../src/store/sqlite/migrations/', import.meta.url));
    applyMigrations(db, noon, migrations.slice(0, 3));
    db.exec("insert into identifier values (1, 'user_id', 'usr_1'), (2, 'email', 'ada@example.com')");
    db.exec("insert into identity_link values (1, 2, 'stripe', 'evt_1', 0), (2, 1, 'stripe', 'evt_1', 0)");

    applyMigrations(db, noon, migrations);

    expect(db.prepare('select identifier, linked, event_id from identity_link').raw().all()).toEqual([
      [1, 2, 'evt_1'],
      [2, 1, 'evt_1'],
    ]);
    expect(() => db.exec("insert into identity_link values (3, 1, 's', 'e', 0)")).toThrow('FOREIGN KEY');
  });
});

describe('looking through the files', () => {
  it('finds what lies on the border of two pieces', async () => {
    const file = join(dataDirectory(), 'some.db');
    const scan = new FileScan(file);
    onTestFinished(() => scan.close());
    const traces = new Traces([ada], () => new Set());
    for (const position of [0, 128 * 1024 - 5, 256 * 1024 - 14, 300_000]) {
      const bytes = Buffer.alloc(400_000);
      bytes.write('ada@example.com', position);
      writeFileSync(file, bytes);
      expect(await scan.kindsIn(traces, true)).toEqual(['email']);
    }
    writeFileSync(file, Buffer.alloc(400_000));
    expect(await scan.kindsIn(traces, true)).toEqual([]);
  });
});

describe('the elements of an array', () => {
  const text = ' [ {"a":"],[\\"{"} ,1.0e5, [1,{"b":[]}] , "x" ]';

  it('are told apart whatever is in them', () => {
    expect(elementsOf(text)).toEqual(['{"a":"],[\\"{"}', '1.0e5', '[1,{"b":[]}]', '"x"']);
    expect(elementsOf('{"a":[]}')).toBeUndefined();
  });

  it('keep their places and their bytes when others are taken out', () => {
    expect(withoutElements(text, new Set([0, 2]))).toBe(' [null,1.0e5,null, "x" ]');
    expect(withoutElements(text, new Set())).toBe(text);
  });
});
