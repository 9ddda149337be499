/** The order in which each person's deliveries go to a destination. Runs under the lock of the lane. */
import type { Transaction } from './connections.ts';
import { deliverySql } from './delivery-sql.ts';
import { toRecords } from './text.ts';

export interface Line {
  readonly destination: string;
  readonly person: string;
}

/** The first of what is on its way for a person may go, the rest stays behind it. */
export function alignLines(tx: Transaction, lines: readonly Line[]): void {
  const asked = [toRecords(lines.map(({ destination, person }) => ({ destination, person })))];
  tx.along(deliverySql.putBehind, asked);
  tx.along(deliverySql.putInFront, asked);
}

/** The same for whoever had something move: out of the line, or back into it. */
export function alignPersons(
  tx: Transaction,
  moved: readonly { readonly destination: string; readonly person: string | null }[],
): void {
  const lines = moved.flatMap(({ destination, person }) => (person === null ? [] : [{ destination, person }]));
  if (lines.length > 0) alignLines(tx, lines);
}
