import { GatewayError } from '../../model/error.ts';

/** The oldest that is known to do all that the statements ask. */
const oldestVersion = 130_000;

interface Row {
  readonly version: number;
  readonly synchronous_commit: string;
  readonly fsync: string;
  readonly full_page_writes: string;
  readonly is_standby: boolean;
}

interface Asking {
  rows<T>(sql: string): Promise<readonly T[]>;
}

/** Asks every new connection whether a commit that returns survives a power cut; throws STORE_UNSAFE when it may not. */
export async function assertDurable(asking: Asking): Promise<void> {
  const [row] = await asking.rows<Row>(`
    select current_setting('server_version_num')::integer as version,
      current_setting('synchronous_commit') as synchronous_commit, current_setting('fsync') as fsync,
      current_setting('full_page_writes') as full_page_writes, pg_is_in_recovery() as is_standby`);
  if (row === undefined || row.is_standby)
    throw new GatewayError('STORE_UNAVAILABLE', 'the database is a standby and takes no writes');
  const settings = [
    { what: 'synchronous_commit', is: row.synchronous_commit, isSafe: row.synchronous_commit === 'on' },
    { what: 'fsync', is: row.fsync, isSafe: row.fsync === 'on' },
    { what: 'full_page_writes', is: row.full_page_writes, isSafe: row.full_page_writes === 'on' },
    { what: 'the version', is: `${Math.floor(row.version / 10_000)}`, isSafe: row.version >= oldestVersion },
  ];
  const unsafe = settings.find(({ isSafe }) => !isSafe);
  if (unsafe === undefined) return;
  throw new GatewayError(
    'STORE_UNSAFE',
    `the database server cannot promise durability: ${unsafe.what} is ${unsafe.is}`,
    {
      hint: `Use PostgreSQL ${oldestVersion / 10_000} or newer with synchronous_commit, fsync and full_page_writes on.`,
    },
  );
}
