/** The order in which one person's deliveries go to a destination. What writes runs inside a transaction. */
import type { Damages } from './damages.ts';
import { isDamage } from './fault.ts';
import type { Statements } from './statements.ts';

interface Line {
  readonly destination: string;
  readonly person: string;
}

/** The first of what is on its way for a person may go, the rest stays behind it. */
export function alignLine({ lines }: Statements, line: Line): void {
  lines.putBehind.run(line);
  lines.putInFront.run(line);
}

/** As nearly always; asking costs a tenth of looking who is first. */
function isAlone({ lines }: Statements, line: Line): boolean {
  try {
    return lines.isOnTheWay.get(line) === undefined;
  } catch (error) {
    // Whoever aligns the line meets the same damage, and reports it.
    if (!isDamage(error)) throw error;
    return false;
  }
}

/** The same; where what is next is damaged it stays where it is, and what lets it go is settled all the same. */
export function keepOrder(sql: Statements, { damages, ...line }: Line & { readonly damages: Damages }): void {
  if (isAlone(sql, line)) return;
  if (damages.apart(() => alignLine(sql, line))) return;
  damages.report({ place: `deliveries to ${line.destination}`, what: 'the next one of a person cannot be written' });
}
