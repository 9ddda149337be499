import { describe } from 'vitest';
import { describeSchema, request } from '../../contracts/schema.contract.ts';
import { freshDatabase } from './data-directory.ts';

describe('the schema of SQLite', () => {
  describeSchema('src/store/sqlite/migrations/001-initial.sql', async () => {
    const db = freshDatabase();
    const insert = async (table: string, row: object): Promise<unknown> => {
      const names = Object.keys(row);
      return db
        .prepare(`insert into ${table} (${names.join()}) values (${names.map((name) => `@${name}`).join()})`)
        .run(row);
    };
    await insert('request', { ...request, body: Buffer.alloc(0) });
    return {
      insert,
      check: async (table, constraint) => {
        const sql = db.prepare<[string], string>('select sql from sqlite_schema where name = ?').pluck().get(table);
        return new RegExp(`constraint ${constraint}\\s+check \\(\\w+ in \\(([^)]*)\\)`).exec(sql ?? '')?.[1] ?? '';
      },
    };
  });
});
