import type { Database, Statement } from 'better-sqlite3';
import { beforeEach, describe, expect, it } from 'vitest';
import { prepareStatements } from '../../../src/store/sqlite/statements.ts';
import { freshDatabase } from './data-directory.ts';

/** Walking these is cheap: unfinished work, one row for each source and destination, or what an operator did by hand. */
const short =
  /SCAN (event USING (COVERING )?INDEX event_(waiting|leased|delayed)|lane|replay|tally|stitch_tally|pulse|json_each|\(subquery-\d+\))/;

const walksHistory = (detail: string): boolean =>
  (detail.startsWith('SCAN') && detail !== 'SCAN CONSTANT ROW' && !short.test(detail)) ||
  detail.includes('USE TEMP B-TREE FOR ORDER BY');

const sources = (group: object): readonly [string, string][] =>
  Object.entries(group).flatMap(([name, statement]: [string, Statement]) =>
    typeof statement.source === 'string' ? [[name, statement.source]] : sources(statement),
  );

describe('query plans', () => {
  let db: Database;

  beforeEach(() => {
    db = freshDatabase();
  });

  const plan = (sql: string): readonly string[] => {
    const named = [...sql.matchAll(/@(\w+)/g)].map(([, name]) => [name, null]);
    const positional = [...sql.matchAll(/\?/g)].map(() => null);
    const explained = db.prepare<unknown[], { detail: string }>(`explain query plan ${sql}`);
    const rows = named.length > 0 ? explained.all(Object.fromEntries(named)) : explained.all(...positional);
    return rows.map(({ detail }) => detail);
  };

  it('find what they need by an index, in every statement of the store', () => {
    const statements = sources(prepareStatements(db));
    const offenders = statements.filter(([, sql]) => plan(sql).some(walksHistory));

    expect(statements.length).toBeGreaterThan(30);
    expect(offenders).toEqual([]);
  });

  it('put the rest of a person behind the first without walking the line', () => {
    const walked = plan(prepareStatements(db).lines.putBehind.source).filter((detail) => detail.includes('seq>'));

    expect(walked).toEqual([expect.stringContaining('INDEX delivery_in_front (destination=? AND person=? AND seq>?)')]);
  });

  it.each([
    ['select * from event where message = ?'],
    ['select * from event where status = ?'],
    ['select * from delivery where destination = ? order by outgoing_id'],
  ])('would be found out: %s', (sql) => {
    expect(plan(sql).some(walksHistory)).toBe(true);
  });
});
