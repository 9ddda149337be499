/** Takes a person out of what is stored. All of it runs inside a transaction; doing it again erases nothing more. */
import type { Traces } from '../../identity/traces.ts';
import type { EventId } from '../../model/id.ts';
import type { Identifier } from '../../model/identity.ts';
import type { Erased } from '../../model/person.ts';
import { attemptContent, requestContent } from '../contents.ts';
import { attemptDigest, requestDigest } from '../digest.ts';
import { emptiedRequest, type KeptEvent, nothing, siblingsOf, sum } from '../erasing.ts';
import type { Finding } from '../finding.ts';
import type { Tally } from '../tally.ts';
import { seqOf } from './people.ts';
import { removeEvent } from './remove-event.ts';
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

/** What a destination said is erased, that it answered is not; with what its delivery died of, if that is quoted from it. */
function emptyAttempt({ sql, traces, tally }: Erasing, place: number): void {
  const { erasures } = sql;
  const row = erasures.attempt.get(place);
  if (row === undefined) return;
  const before = attemptContent(row);
  const message = before.message === null ? null : 'erased';
  const responseBody = before.responseBody === null ? null : '';
  const digest = attemptDigest({ ...before, message, responseBody });
  erasures.emptyAttempt.run({ place, message, responseBody, digest });
  for (const { id, destination, reason, cause } of erasures.deliveryOfAttempt.all(place)) {
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

function eraseEvent(erasing: Erasing, event: KeptEvent): Erased {
  const { sql, tally } = erasing;
  const answers = sql.erasures.deliveries.all(event.id).flatMap(({ id }) => sql.erasures.attempts.all(id));
  const removed = removeEvent(sql, event, tally);
  for (const siblings of answers.flatMap(siblingsOf))
    for (const place of sql.erasures.siblings.all(siblings)) emptyAttempt(erasing, place);
  bury(sql, event);
  return { ...nothing, ...removed, events: 1 };
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
  const left = emptiedRequest(request, items, traces);
  erasures.emptyRequest.run({ ...left, digest: requestDigest({ ...requestContent(request), ...left }) });
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
