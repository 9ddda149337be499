/** The order in which one person's deliveries go to a destination. What writes runs inside a transaction. */
import type { Damages } from './damages.ts';
import type { Statements } from './statements.ts';

interface Line {
  readonly destination: string;
  readonly person: string;
}

/** The first of what is on its way for a person may go, the rest stays behind it. */
export function alignLine({ deliveries }: Statements, line: Line): void {
  deliveries.putBehind.run(line);
  deliveries.putInFront.run(line);
}

/** The same; where what is next is damaged it stays where it is, and what lets it go is settled all the same. */
export function keepOrder(sql: Statements, { damages, ...line }: Line & { readonly damages: Damages }): void {
  if (damages.apart(() => alignLine(sql, line))) return;
  damages.report({ place: `deliveries to ${line.destination}`, what: 'the next one of a person cannot be written' });
}
