/** What `hookstitch doctor` looks at in a store in PostgreSQL. */
import { GatewayError } from '../../model/error.ts';
import { type Diagnosis, overdueBefore, overdueLease } from '../diagnosis.ts';
import { DatabaseClock } from './clock.ts';
import { Connections, type Queries } from './connections.ts';
import { examine } from './examine.ts';

const diagnoseSql = {
  isThere: "select to_regclass('migration') is not null as is_there",
  overdue: `
    select id from event where status = 'received' and claimed_by is not null and lease_ends_at < $1
    union all
    select id from delivery where status = 'in_flight' and lease_ends_at < $1`,
};

/** Beside the gateways or without them. */
export async function diagnosePostgres(url: string, now: Date): Promise<Diagnosis> {
  const connections = new Connections(url, new DatabaseClock());
  try {
    return await connections.apart(({ rows }) => diagnoseWith(rows, now));
  } finally {
    await connections.close();
  }
}

async function diagnoseWith(read: Queries['rows'], now: Date): Promise<Diagnosis> {
  const [database] = await read<{ is_there: boolean }>(diagnoseSql.isThere);
  if (database?.is_there !== true) throw nothingThere();
  const overdue = await read<{ id: string }>(diagnoseSql.overdue, [overdueBefore(now)]);
  const findings = await examine({ read, stop: new AbortController().signal, restFactor: 0 });
  const { rows, damages } = findings ?? { rows: 0, damages: [] };
  return { rows, damages, notes: overdue.map(({ id }) => overdueLease(id)) };
}

const nothingThere = (): GatewayError =>
  new GatewayError('REQUEST_INVALID', 'no gateway has stored anything in this database', {
    hint: 'Name the database of your gateway in DATABASE_URL.',
  });
