/**
 * Looks at everything that is stored: every row's digest, and what must be true of the rows together. Reads only, in
 * pieces, and rests in between.
 */
import { setTimeout as pause } from 'node:timers/promises';
import {
  type DigestedAttempt,
  type DigestedDelivery,
  type DigestedEvent,
  type DigestedRequest,
  isAttemptWhole,
  isDeliveryWhole,
  isEventWhole,
  isRequestWhole,
} from '../contents.ts';
import { type Findings, notAsWritten } from '../found-damages.ts';
import type { Damage } from '../store.ts';
import type { Queries } from './connections.ts';
import { countSql, examinePlaceSql, examineSql } from './examine-sql.ts';
import { isDamage, messageOf } from './fault.ts';

/** In one statement. The event loop compares their digests while nothing else runs. */
const piece = { rows: 200, bytes: 512 * 1024 };
const restMsMax = 1_000;

export interface Looking {
  readonly read: Queries['rows'];
  readonly stop: AbortSignal;
  /** For each millisecond of work so many of rest. */
  readonly restFactor: number;
}

/** Undefined when it was stopped before the end. */
export async function examine(looking: Looking): Promise<Findings | undefined> {
  const damages: Damage[] = [];
  const found = (place: string, what: string): void => void damages.push({ place, what });
  try {
    const rows = await examineRows(looking, found);
    await examineCounters(looking, found);
    return { damages, rows };
  } catch (error) {
    if (looking.stop.aborted) return undefined;
    throw error;
  }
}

type Found = (place: string, what: string) => void;

type Checked<Row, Checks> = Row & Checks & { readonly seq: number };

async function examineRows(looking: Looking, found: Found): Promise<number> {
  const requests = await walk<Checked<DigestedRequest, { has_event: true | null }>>(
    { ...looking, table: 'request', found },
    (row) => {
      if (!isRequestWhole(row)) found(`request ${row.seq}`, notAsWritten);
      if (row.has_event === null) found(`request ${row.seq}`, 'none of its events is there');
    },
  );
  const events = await walk<Checked<DigestedEvent, { has_request: true | null }>>(
    { ...looking, table: 'event', found },
    (row) => {
      if (!isEventWhole(row)) found(`event ${row.id}`, notAsWritten);
      if (row.has_request === null) found(`event ${row.id}`, 'its request is not there');
    },
  );
  const deliveries = await walk<Checked<DigestedDelivery, { has_event: true | null; made: number; twins: number }>>(
    { ...looking, table: 'delivery', found },
    (row) => {
      if (!isDeliveryWhole(row)) found(`delivery ${row.id}`, notAsWritten);
      if (row.has_event === null) found(`delivery ${row.id}`, 'its event is not there');
      if (row.twins > 0) found(`delivery ${row.id}`, 'the same payload was queued twice');
      if (row.attempts !== row.made) found(`delivery ${row.id}`, `has ${row.made} attempts and counts ${row.attempts}`);
    },
  );
  const attempts = await walk<Checked<DigestedAttempt, { has_delivery: true | null }>>(
    { ...looking, table: 'attempt', found },
    (row) => {
      if (!isAttemptWhole(row)) found(`attempt ${row.id}`, notAsWritten);
      if (row.has_delivery === null) found(`attempt ${row.id}`, 'its delivery is not there');
    },
  );
  return requests + events + deliveries + attempts;
}

interface Walking extends Looking {
  readonly table: keyof typeof examineSql;
  readonly found: Found;
}

/** From the first row to the last. */
async function walk<Row extends { readonly seq: number }>(walking: Walking, look: (row: Row) => void): Promise<number> {
  let [last, rows] = [0, 0];
  for (;;) {
    const startedMs = performance.now();
    walking.stop.throwIfAborted();
    const read = await readPiece<Row>(walking, last);
    for (const row of read.rows) look(row);
    rows += read.rows.length;
    if (read.last === undefined) return rows;
    last = read.last;
    const restMs = Math.min((performance.now() - startedMs) * walking.restFactor, restMsMax);
    if (restMs > 0) await pause(restMs, undefined, { signal: walking.stop });
  }
}

interface Read<Row> {
  readonly rows: readonly Row[];
  /** Undefined behind the last one. */
  readonly last: number | undefined;
}

async function readPiece<Row extends { readonly seq: number }>(walking: Walking, after: number): Promise<Read<Row>> {
  const { read, table } = walking;
  try {
    const rows = await read<Row>(examineSql[table], [after, piece.rows, piece.bytes]);
    return { rows, last: rows.at(-1)?.seq };
  } catch (error) {
    if (!isDamage(error)) throw error;
    return readOneByOne(walking, after);
  }
}

/** What of a piece the database can read. */
async function readOneByOne<Row extends { readonly seq: number }>(
  { read, table, found }: Walking,
  after: number,
): Promise<Read<Row>> {
  const rows: Row[] = [];
  let last: number | undefined;
  try {
    const places = await read<{ seq: number }>(examinePlaceSql[table], [after, piece.rows]);
    last = places.at(-1)?.seq;
    for (const { seq } of places) {
      try {
        rows.push(...(await read<Row>(examineSql[table], [seq - 1, 1, piece.bytes])));
      } catch (error) {
        if (!isDamage(error)) throw error;
        found(`${table} ${seq}`, messageOf(error));
      }
    }
  } catch (error) {
    if (!isDamage(error)) throw error;
    // Nobody knows where the next one would be.
    found(table, messageOf(error));
  }
  return { rows, last };
}

interface CountRow {
  readonly name: string;
  readonly status: string;
  readonly counted: number;
  readonly there: number;
}

/** What is counted all along against what is there, at one moment. */
async function examineCounters({ read, stop }: Looking, found: Found): Promise<void> {
  for (const [kind, sql] of Object.entries(countSql)) {
    stop.throwIfAborted();
    try {
      for (const { name, status, counted, there } of await read<CountRow>(sql))
        found('tally', `counts ${counted} ${status} ${kind} of ${name}, and there are ${there}`);
    } catch (error) {
      if (!isDamage(error)) throw error;
      found('tally', messageOf(error));
    }
  }
}
