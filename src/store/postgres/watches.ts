/** Who is being forgotten, kept where all replicas see it: any of them may get an answer that tells of them. */
import { Traces } from '../../identity/traces.ts';
import type { Identifier } from '../../model/identity.ts';
import type { Transaction } from './connections.ts';

export const watchSql = {
  begin: 'insert into forgetting (until_at, identifiers) values ($1, $2) returning seq',
  keep: 'update forgetting set until_at = $2 where seq = $1',
  end: 'delete from forgetting where seq = $1',
  endPast: 'delete from forgetting where until_at < $1',
  all: 'select seq, until_at, identifiers from forgetting',
};

interface WatchRow {
  readonly seq: number;
  readonly until_at: number;
  readonly identifiers: string;
}

export class Watches {
  /** By their number, so that each is made once. */
  #traces: ReadonlyMap<number, Traces> = new Map();

  /** Those of everybody who is being forgotten at that time. */
  async tracesAt(tx: Transaction, now: Date): Promise<readonly Traces[]> {
    const all = await tx.rows<WatchRow>(watchSql.all);
    const rows = all.filter(({ until_at }) => until_at >= now.getTime());
    if (rows.length < all.length) tx.along(watchSql.endPast, [now.getTime()]);
    this.#traces = new Map(rows.map((row) => [row.seq, this.#traces.get(row.seq) ?? tracesOf(row)]));
    return [...this.#traces.values()];
  }
}

/** What is short counts in no answer: nothing there says that it is an id. */
const tracesOf = ({ identifiers }: WatchRow): Traces =>
  new Traces(JSON.parse(identifiers) as readonly Identifier[], () => new Set());
