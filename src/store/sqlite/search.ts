/** Looks through what is stored for a person, a piece at a time. */
import type { Traces } from '../../identity/traces.ts';
import type { KeptRequest } from '../erasing.ts';
import { type Finding, findIn, type Kept } from '../finding.ts';
import type { Statements } from './statements.ts';

export interface Searched {
  readonly findings: readonly Finding[];
  /** The last request looked at. */
  readonly last: number;
  readonly isAll: boolean;
}

/** Looks through the requests behind `after` for about so long, so that the event loop can breathe in between. */
export function search(
  sql: Statements,
  traces: Traces,
  { after, ms }: { readonly after: number; readonly ms: number },
): Searched {
  const endMs = performance.now() + ms;
  const findings: Finding[] = [];
  let last = after;
  while (performance.now() < endMs) {
    const request = sql.erasures.nextRequest.get(last);
    if (request === undefined) return { findings, last, isAll: true };
    last = request.seq;
    const finding = findIn(keptIn(sql, request), traces);
    if (finding !== undefined) findings.push(finding);
  }
  return { findings, last, isAll: false };
}

const keptIn = ({ erasures }: Statements, request: KeptRequest): Kept => ({
  request,
  events: erasures.events.all(request.seq),
  deliveriesOf: (event) => erasures.deliveries.all(event),
  attemptsOf: (delivery) => erasures.attempts.all(delivery),
});
