/**
 * Looks at everything that is stored: every page and index entry as SQLite understands them, every row's digest, and what
 * must be true of the rows together. Reads only, in pieces, so that whoever runs it can rest in between.
 */
import type { Database } from 'better-sqlite3';
import { isAttemptWhole, isDeliveryWhole, isEventWhole, isRequestWhole } from '../contents.ts';
import { type Findings, notAsWritten } from '../found-damages.ts';
import type { Damage } from '../store.ts';
import { examineStatements, type Piece } from './examine-statements.ts';
import { isDamage, messageOf } from './fault.ts';

/** Rows read in one transaction: a long one would keep the write-ahead log from being emptied. */
const rowsAtOnce = 200;
/** And what they may hold: they are memory until it is collected. */
const bytesAtOnce = 4 * 1024 ** 2;
/** Larger ones are checked table by table, for the same reason. */
const wholeBytesMax = 256 * 1024 ** 2;
/** Of one table: more of them say nothing new. */
const messagesMax = 100;

/** Yields after each piece of work. */
export function* examine(db: Database): Generator<undefined, Findings> {
  const damages: Damage[] = [];
  const found = (place: string, what: string): void => void damages.push({ place, what });
  yield* examineStructure(db, found);
  // Made by a version that knew no digests, and not started since.
  if (!hasDigests(db)) return { damages, rows: 0 };
  const sql = examineStatements(db);
  let rows = 0;
  rows += yield* walk({ table: 'request', piece: sql.requests, found }, (row) => {
    if (!isRequestWhole(row)) found(`request ${row.seq}`, notAsWritten);
    if (row.events === 0) found(`request ${row.seq}`, 'none of its events is there');
  });
  rows += yield* walk({ table: 'event', piece: sql.events, found }, (row) => {
    if (!isEventWhole(row)) found(`event ${row.id}`, notAsWritten);
    if (row.has_request === 0) found(`event ${row.id}`, 'its request is not there');
  });
  rows += yield* walk({ table: 'delivery', piece: sql.deliveries, found }, (row) => {
    if (!isDeliveryWhole(row)) found(`delivery ${row.id}`, notAsWritten);
    if (row.has_event === 0) found(`delivery ${row.id}`, 'its event is not there');
    if (row.twins > 0) found(`delivery ${row.id}`, 'the same payload was queued twice');
    if (row.attempts !== row.made) found(`delivery ${row.id}`, `has ${row.made} attempts and counts ${row.attempts}`);
  });
  rows += yield* walk({ table: 'attempt', piece: sql.attempts, found }, (row) => {
    if (!isAttemptWhole(row)) found(`attempt ${row.id}`, notAsWritten);
    if (row.has_delivery === 0) found(`attempt ${row.id}`, 'its delivery is not there');
  });
  yield* examineCounters(db, found);
  return { damages, rows };
}

/** For who has nothing else to do. */
export function examineAtOnce(db: Database): Findings {
  const pieces = examine(db);
  for (;;) {
    const piece = pieces.next();
    if (piece.done === true) return piece.value;
  }
}

const hasDigests = (db: Database): boolean =>
  db.prepare("select 1 from pragma_table_info('problem') limit 1").pluck().get() !== undefined &&
  db.prepare("select 1 from pragma_table_info('request') where name = 'digest'").pluck().get() !== undefined;

type Found = (place: string, what: string) => void;

function* examineStructure(db: Database, found: Found): Generator<undefined, void> {
  const of = (pragma: string): number => Number(db.pragma(pragma, { simple: true }));
  const isLarge = of('page_count') * of('page_size') > wholeBytesMax;
  const tables = isLarge
    ? db.prepare<[], string>("select name from sqlite_schema where type = 'table' order by name").pluck().all()
    : [undefined];
  for (const table of tables) {
    guarded('database', found, () => {
      const check = db.prepare<[], string>(`pragma integrity_check(${table ?? messagesMax})`).pluck();
      for (const message of check.all()) if (message !== 'ok') found(table ?? 'database', message);
    });
    yield;
  }
}

/** From the first row to the last; what cannot be read ends it, because nobody knows where the next one would be. */
function* walk<Row extends { readonly seq: number }>(
  { table, piece, found }: { readonly table: string; readonly piece: Piece<Row>; readonly found: Found },
  look: (row: Row) => void,
): Generator<undefined, number> {
  let [last, rows] = [0, 0];
  for (;;) {
    const before = rows;
    let [end, bytes] = [last, 0];
    const isReadable = guarded(table, found, () => {
      for (const row of piece.iterate({ after: last, limit: rowsAtOnce })) {
        look(row);
        rows += 1;
        end = row.seq;
        bytes += bytesOf(row);
        if (bytes >= bytesAtOnce) break;
      }
    });
    if (!isReadable || rows === before) return rows;
    // Pages that stand in each other's place can lead round in a circle.
    if (end <= last) {
      found(table, `its rows are out of order behind ${last}`);
      return rows;
    }
    last = end;
    yield;
  }
}

/** About so much: of the texts and bytes in it. */
const bytesOf = (row: object): number =>
  Object.values(row).reduce<number>(
    (sum, value: unknown) => sum + (typeof value === 'string' || value instanceof Uint8Array ? value.length : 0),
    0,
  );

/** What is counted all along against what is there, at one moment. */
function* examineCounters(db: Database, found: Found): Generator<undefined, void> {
  const sql = examineStatements(db);
  for (const [kind, statement] of [
    ['events', sql.eventCounts],
    ['deliveries', sql.deliveryCounts],
    ['problems', sql.problemCounts],
  ] as const) {
    guarded('tally', found, () => {
      for (const { name, status, counted, there } of statement.all())
        if (counted !== there) found('tally', `counts ${counted} ${status} ${kind} of ${name}, and there are ${there}`);
    });
    yield;
  }
}

/** False where it met damage. */
function guarded(place: string, found: Found, work: () => void): boolean {
  try {
    work();
    return true;
  } catch (error) {
    // Damage is what this is looking for; everything else is no finding.
    if (!isDamage(error)) throw error;
    found(place, messageOf(error));
    return false;
  }
}
