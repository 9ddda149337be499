/** Who may enter the console. What writes runs inside a transaction. */
import { type Access, noAccess } from '../../model/access.ts';
import { accessDocument, toAccess } from '../access.ts';
import type { Statements } from './statements.ts';

export function readAccess({ access }: Statements): Access {
  const document = access.read.get();
  return document === undefined ? noAccess : toAccess(document);
}

/** Returns what it wrote; what has not changed is not written. */
export function changeAccess(sql: Statements, change: (access: Access) => Access): Access {
  const before = readAccess(sql);
  const after = change(before);
  if (after !== before) sql.access.write.run(accessDocument(after));
  return after;
}
