/** Who may enter the console. What writes holds its lock. */
import { type Access, noAccess } from '../../model/access.ts';
import { accessDocument, toAccess } from '../access.ts';
import type { Queries, Transaction } from './connections.ts';

export const accessSql = {
  read: 'select document from access where one = 1',
  write: `
    insert into access (one, document) values (1, $1)
    on conflict (one) do update set document = excluded.document`,
};

export async function readAccess(read: Queries['rows']): Promise<Access> {
  const [row] = await read<{ document: string }>(accessSql.read);
  return row === undefined ? noAccess : toAccess(row.document);
}

/** Returns what it wrote; what has not changed is not written. */
export async function changeAccess(tx: Transaction, change: (access: Access) => Access): Promise<Access> {
  const before = await readAccess((sql, values) => tx.rows(sql, values));
  const after = change(before);
  if (after !== before) tx.along(accessSql.write, [accessDocument(after)]);
  return after;
}
