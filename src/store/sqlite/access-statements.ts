import type { Database } from 'better-sqlite3';

export function accessStatements(db: Database) {
  return {
    read: db.prepare<[], string>('select document from access where one = 1').pluck(),
    write: db.prepare<[string]>('insert or replace into access (one, document) values (1, ?)'),
  };
}
