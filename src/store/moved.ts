/** What is moved from one store into another, and how the two are compared. */
import { createHash } from 'node:crypto';
import { GatewayError } from '../model/error.ts';

export type MovedValue = string | number | null | Uint8Array;
export type MovedRow = Readonly<Record<string, MovedValue>>;

/** Table by table the names of its columns. */
export type Schema = ReadonlyMap<string, readonly string[]>;

/** In an order in which they can be written: what others refer to comes first. */
const movedTables = [
  ...['request', 'replay', 'event', 'delivery', 'attempt', 'lane', 'tally', 'problem', 'stitch_tally', 'series'],
  ...['identifier', 'identity_link', 'event_identifier', 'identity_join', 'gone_event', 'access'],
];

/** What each store has for itself: which schema it has, who it is, the row that is there to be committed, who is being forgotten. */
const ownTables = ['migration', 'pulse', 'instance', 'forgetting'];

export interface PlannedTable {
  readonly name: string;
  /** Those that both have. */
  readonly columns: readonly string[];
}

/**
 * Throws INTERNAL where a table or a column of either side is not accounted for: whoever adds one decides what a move
 * makes of it. `made` names the columns that only the target has, and makes itself.
 */
export function planMove(
  source: Schema,
  target: Schema,
  made: Readonly<Record<string, readonly string[]>>,
): readonly PlannedTable[] {
  for (const table of new Set([...source.keys(), ...target.keys()]))
    if (![...movedTables, ...ownTables].includes(table)) throw unaccounted(`the table ${table}`);
  return movedTables.map((name) => {
    const [from, to] = [source.get(name), target.get(name)];
    if (from === undefined || to === undefined) throw unaccounted(`the table ${name}, which one side does not have`);
    const makes = made[name] ?? [];
    const expected = [...from, ...makes];
    const odd = [...to.filter((column) => !expected.includes(column)), ...expected.filter((one) => !to.includes(one))];
    if (odd[0] !== undefined) throw unaccounted(`the column ${odd[0]} of ${name}`);
    return { name, columns: from };
  });
}

const unaccounted = (what: string): GatewayError =>
  new GatewayError('INTERNAL', `moving the store does not account for ${what}`);

const hashBits = 256;

/** What a table holds, in whatever order it is read: how many rows, and the sum of their hashes. */
export class Contents {
  rows = 0;
  #sum = 0n;

  add(row: MovedRow, columns: readonly string[]): void {
    const values = columns.map((column) => {
      const value = row[column] ?? null;
      return value instanceof Uint8Array ? { bytes: Buffer.from(value).toString('base64') } : value;
    });
    const hash = createHash('sha256').update(JSON.stringify(values)).digest('hex');
    this.#sum = BigInt.asUintN(hashBits, this.#sum + BigInt(`0x${hash}`));
    this.rows += 1;
  }

  get hash(): string {
    return this.#sum.toString(16).padStart(hashBits / 4, '0');
  }
}
