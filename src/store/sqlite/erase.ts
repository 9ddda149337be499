/** Takes a person out of what is stored. All of it runs inside a transaction; doing it again erases nothing more. */
import type { Traces } from '../../identity/traces.ts';
import type { EventId } from '../../model/id.ts';
import type { Identifier } from '../../model/identity.ts';
import type { Erased } from '../../model/person.ts';
import { emptiedRequest, type KeptDelivery, type KeptEvent, nothing, siblingsOf, sum } from '../erasing.ts';
import type { Finding } from '../finding.ts';
import type { Tally } from '../tally.ts';
import { seqOf } from './people.ts';
import type { Statements } from './statements.ts';
import { bury } from './tombstones.ts';

interface Erasing {
  readonly sql: Statements;
  readonly traces: Traces;
  readonly tally: Tally;
}

/** Their events with all that came of them; what else the finding names is emptied. */
export function eraseFinding(erasing: Erasing, finding: Finding): Erased {
  const { erasures } = erasing.sql;
  const events = finding.events.flatMap((id) => erasures.event.get(id) ?? []);
  const erased = events.map((event) => eraseEvent(erasing, event)).reduce(sum, nothing);
  for (const attempt of finding.attempts) emptyAttempt(erasing, attempt);
  const items = [...finding.items, ...events.flatMap(({ item }) => item ?? [])];
  const kept = eraseFromRequest(erasing, { ...finding, items });
  return sum(sum(erased, kept), { ...nothing, emptied: finding.attempts.length });
}

/** With what its delivery died of, if that is quoted from it. */
function emptyAttempt({ sql, traces, tally }: Erasing, attempt: number): void {
  const { erasures } = sql;
  erasures.emptyAttempt.run(attempt);
  for (const { id, destination, reason, cause } of erasures.deliveryOfAttempt.all(attempt)) {
    if (cause === null || !traces.isIn(cause, '')) continue;
    erasures.emptyCause.run(id);
    tally.problem({ kind: 'delivery', name: destination, reason, cause, count: -1 });
    tally.problem({ kind: 'delivery', name: destination, reason, cause: 'erased', count: 1 });
  }
}

/** Events that the links name. */
export function eraseEvents(erasing: Erasing, ids: readonly EventId[]): Erased {
  return ids
    .flatMap((id) => erasing.sql.erasures.event.get(id) ?? [])
    .map(({ id, request_seq: request }) =>
      eraseFinding(erasing, { request, events: [id], items: [], isInEnvelope: false, attempts: [] }),
    )
    .reduce(sum, nothing);
}

/** A worker that holds a lease on any of it settles nothing any more: what it would move is gone. */
function eraseEvent({ sql, tally }: Erasing, event: KeptEvent): Erased {
  const { id, source, status, external_id, reason, cause } = event;
  const { erasures } = sql;
  const deliveries = erasures.deliveries.all(id);
  const attempts = deliveries.map((delivery) => eraseAttempts(sql, delivery)).reduce((all, count) => all + count, 0);
  erasures.deleteDeliveries.run(id);
  for (const delivery of deliveries) {
    const { destination, person, status: was } = delivery;
    // Somebody else's may have stood behind it.
    if (person !== null) sql.deliveries.putInFront.run({ destination, person });
    tally.deliveries(destination, was, -1);
    tally.problem({ kind: 'delivery', name: destination, ...delivery, count: -1 });
  }
  erasures.deleteMarks.run(id);
  sql.replays.leave.run(id);
  erasures.deleteEvent.run(id);
  tally.events(source, status, -1);
  tally.problem({ kind: 'event', name: source, reason, cause, count: -1 });
  bury(sql, source, external_id);
  return { ...nothing, events: 1, deliveries: deliveries.length, attempts };
}

function eraseAttempts({ erasures }: Statements, { id }: KeptDelivery): number {
  const attempts = erasures.attempts.all(id);
  erasures.deleteAttempts.run(id);
  for (const siblings of attempts.flatMap(siblingsOf)) erasures.emptySiblings.run(siblings);
  return attempts.length;
}

interface Emptying extends Pick<Finding, 'request' | 'isInEnvelope'> {
  readonly items: readonly number[];
}

/** Goes with its last event; while others have theirs in it, only what tells of the person is taken out. */
function eraseFromRequest({ sql, traces }: Erasing, { request: seq, items, isInEnvelope }: Emptying): Erased {
  const { erasures } = sql;
  const request = erasures.request.get(seq);
  if (request === undefined) return nothing;
  if (erasures.events.all(seq).length === 0) {
    erasures.deleteRequest.run(seq);
    return { ...nothing, requests: 1 };
  }
  if (items.length === 0 && !isInEnvelope) return nothing;
  erasures.emptyRequest.run(emptiedRequest(request, items, traces));
  return { ...nothing, emptied: new Set(items).size + (isInEnvelope ? 1 : 0) };
}

/** The identifiers with their links, and what destinations were told of them. */
export function eraseLinks(sql: Statements, identifiers: readonly Identifier[]): number {
  const { erasures, tally } = sql;
  let erased = 0;
  for (const identifier of identifiers) {
    if (identifier.kind === 'user_id')
      for (const name of tally.names.all('delivery')) erasures.unjoinUser.run(name, identifier.value);
    if (identifier.kind === 'anonymous_id') erasures.unjoinVisitor.run(identifier.value);
    const seq = seqOf(sql, identifier);
    if (seq === undefined) continue;
    for (const linked of erasures.linkedTo.all(seq)) {
      erasures.unlink.run(seq, linked);
      erasures.unlink.run(linked, seq);
    }
    erasures.deleteIdentifier.run(seq);
    erased += 1;
  }
  return erased;
}
