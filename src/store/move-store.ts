import { GatewayError } from '../model/error.ts';
import { Contents, type MovedRow, type PlannedTable, planMove } from './moved.ts';
import { type MoveTarget, moveIntoPostgres } from './postgres/move-target.ts';
import { type MoveSource, openMoveSource } from './sqlite/move-source.ts';

/** Written with one statement, at most. */
const page = { rows: 1_000, bytes: 4 * 1024 * 1024 };

export interface MoveProgress {
  readonly table: string;
  readonly rows: number;
  readonly of: number;
}

export interface MoveOptions {
  readonly dataDir: string;
  readonly databaseUrl: string;
  readonly now: Date;
  readonly progress?: (progress: MoveProgress) => void;
}

export interface MovedTable {
  readonly table: string;
  readonly rows: number;
  /** Of its contents, the same on both sides. */
  readonly hash: string;
}

/**
 * Moves all that SQLite keeps in a data directory into an empty PostgreSQL database: in one transaction, so that an
 * interrupted move leaves the database as it was, and what was read back from there is what it is compared by. SQLite's
 * files stay as they are; a mark beside them keeps gateways away.
 */
export async function moveStore({ dataDir, databaseUrl, now, progress }: MoveOptions): Promise<readonly MovedTable[]> {
  const source = openMoveSource(dataDir);
  try {
    return await moveIntoPostgres({ url: databaseUrl, now }, async (target) => {
      const plan = planMove(source.schema, target.schema, target.made);
      const sent: Sent[] = [];
      for (const table of plan) sent.push({ table, contents: await send(table, { source, target, progress }) });
      await target.setSequences();
      const moved: MovedTable[] = [];
      for (const one of sent) moved.push(await compared(one, target));
      // Before the commit: from the moment there are two of it, one of them is marked.
      source.mark(now);
      return moved;
    });
  } finally {
    source.close();
  }
}

interface Sent {
  readonly table: PlannedTable;
  readonly contents: Contents;
}

interface Sending {
  readonly source: MoveSource;
  readonly target: MoveTarget;
  readonly progress: MoveOptions['progress'];
}

async function send(table: PlannedTable, { source, target, progress }: Sending): Promise<Contents> {
  const contents = new Contents();
  const of = source.count(table.name);
  for (const rows of pagesOf(source.rows(table))) {
    await target.write(table, rows);
    for (const row of rows) contents.add(row, table.columns);
    progress?.({ table: table.name, rows: contents.rows, of });
  }
  return contents;
}

function* pagesOf(rows: Iterable<MovedRow>): Generator<readonly MovedRow[]> {
  let taken: MovedRow[] = [];
  let bytes = 0;
  for (const row of rows) {
    taken.push(row);
    for (const value of Object.values(row))
      if (typeof value === 'string' || value instanceof Uint8Array) bytes += value.length;
    if (taken.length < page.rows && bytes < page.bytes) continue;
    yield taken;
    [taken, bytes] = [[], 0];
  }
  if (taken.length > 0) yield taken;
}

async function compared({ table, contents }: Sent, target: MoveTarget): Promise<MovedTable> {
  const arrived = new Contents();
  for await (const rows of target.rows(table)) for (const row of rows) arrived.add(row, table.columns);
  if (arrived.rows !== contents.rows || arrived.hash !== contents.hash) {
    throw new GatewayError(
      'INTERNAL',
      `${table.name} did not arrive as it was sent: ${arrived.rows} of ${contents.rows} rows; nothing was moved`,
    );
  }
  return { table: table.name, rows: contents.rows, hash: contents.hash };
}
