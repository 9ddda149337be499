import { digestOf } from '../../../src/store/tombstones.ts';
import { describeSchema, type Row, request } from '../../contracts/schema.contract.ts';
import { describeOnPostgres } from '../../support/postgres/databases.ts';
import { connect, storeAt, testDatabase } from './test-database.ts';

describeOnPostgres('the schema of PostgreSQL', () => {
  describeSchema('src/store/postgres/migrations/001-initial.sql', async () => {
    const url = await testDatabase();
    await storeAt(url);
    const client = await connect(url);
    const insertAll = (table: string, row: object): Promise<unknown> => {
      const places = Object.keys(row).map((_, index) => `$${index + 1}`);
      const sql = `insert into ${table} (${Object.keys(row).join()}) values (${places.join()})`;
      return client.query(sql, Object.values(row));
    };
    const withKey = (row: Row): object => ({ ...row, dedupe_key: digestOf(`${row.source}`, `${row.external_id}`) });
    await insertAll('request', { ...request, body: Buffer.alloc(0) });
    return {
      insert: (table, row) => insertAll(table, table === 'event' ? withKey(row) : row),
      check: async (table, constraint) => {
        const sql =
          'select pg_get_constraintdef(oid) as text from pg_constraint where conrelid = $1::regclass and conname = $2';
        return (await client.query(sql, [table, constraint])).rows[0]?.text ?? '';
      },
    };
  });
});
