/** The order in which each person's deliveries go to a destination. Runs under the lock of the lane. */
import type { Queries } from './connections.ts';
import { deliverySql } from './delivery-sql.ts';
import { toRecords } from './text.ts';

/** The first of what is on its way for a person may go, the rest stays behind it. */
export async function alignLines(
  tx: Queries,
  lines: readonly { readonly destination: string; readonly person: string }[],
): Promise<void> {
  const asked = [toRecords(lines.map(({ destination, person }) => ({ destination, person })))];
  await tx.rows(deliverySql.putBehind, asked);
  await tx.rows(deliverySql.putInFront, asked);
}

/** The same for whoever had something move: out of the line, or back into it. */
export async function alignPersons(
  tx: Queries,
  moved: readonly { readonly destination: string; readonly person: string | null }[],
): Promise<void> {
  const lines = moved.flatMap(({ destination, person }) => (person === null ? [] : [{ destination, person }]));
  if (lines.length > 0) await alignLines(tx, lines);
}
