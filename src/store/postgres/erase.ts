/** Takes a person out of what is stored. All of it runs inside a transaction; doing it again erases nothing more. */
import type { Traces } from '../../identity/traces.ts';
import type { DeliveryId, EventId } from '../../model/id.ts';
import type { Identifier } from '../../model/identity.ts';
import type { Erased } from '../../model/person.ts';
import { attemptContent, type DigestedRequest, requestContent } from '../contents.ts';
import type { MovableRow } from '../dead-ranges.ts';
import { attemptDigest, requestDigest } from '../digest.ts';
import {
  emptiedRequest,
  type KeptAttempt,
  type KeptDelivery,
  type KeptEvent,
  type KeptRequest,
  nothing,
  siblingsOf,
  sum,
} from '../erasing.ts';
import type { Finding } from '../finding.ts';
import type { AttemptRow } from '../rows.ts';
import type { Tally } from '../tally.ts';
import type { Transaction } from './connections.ts';
import { erasureSql } from './erasure-sql.ts';
import { toHex } from './hex.ts';
import { knownOf } from './people.ts';
import { rememberGone, removeEvents } from './remove-events.ts';
import { toRecords } from './text.ts';

export interface Erasing {
  readonly tx: Transaction;
  readonly traces: Traces;
  readonly tally: Tally;
}

export type StoredDelivery = KeptDelivery & { readonly event_id: EventId };
export type StoredAttempt = KeptAttempt & { readonly delivery_id: DeliveryId };

/** Their events with all that came of them; what else the findings name is emptied. */
export async function eraseFindings(erasing: Erasing, findings: readonly Finding[]): Promise<Erased> {
  if (findings.length === 0) return nothing;
  const { tx } = erasing;
  const ids = findings.flatMap(({ events }) => events);
  const events = await tx.rows<KeptEvent>(erasureSql.events, [ids]);
  const erased = await eraseEvents(erasing, events);
  const attempts = findings.flatMap((finding) => finding.attempts);
  await emptyAttempts(erasing, attempts);
  const kept = await eraseFromRequests(erasing, findings, events);
  return sum(sum(erased, kept), { ...nothing, emptied: attempts.length });
}

/**
 * What a destination said is erased, that it answered is not; with what their deliveries died of, if that is quoted from
 * them.
 */
async function emptyAttempts({ tx, traces, tally }: Erasing, places: readonly number[]): Promise<void> {
  if (places.length === 0) return;
  const rows = await tx.rows<AttemptRow & { seq: number }>(erasureSql.fullAttempts, [places]);
  const emptied = rows.map((row) => {
    const before = attemptContent(row);
    const message = before.message === null ? null : 'erased';
    const responseBody = before.responseBody === null ? null : '';
    const digest = toHex(attemptDigest({ ...before, message, responseBody }));
    return { seq: row.seq, message, responseBody, digest };
  });
  await tx.rows(erasureSql.emptyAttempts, [toRecords(emptied)]);
  const dead = await tx.rows<MovableRow>(erasureSql.deadOfAttempts, [places]);
  const telling = dead.filter(({ cause }) => cause !== null && traces.isIn(cause, ''));
  await tx.rows(erasureSql.emptyCauses, [telling.map(({ seq }) => seq)]);
  for (const { destination: name, reason, cause } of telling) {
    tally.problem({ kind: 'delivery', name, reason, cause, count: -1 });
    tally.problem({ kind: 'delivery', name, reason, cause: 'erased', count: 1 });
  }
}

/** Findings for events that the links name. */
export async function findingsOf(tx: Transaction, ids: readonly EventId[]): Promise<readonly Finding[]> {
  const events = await tx.rows<KeptEvent>(erasureSql.events, [ids]);
  return events.map(({ id, request_seq: request }) => ({
    request,
    events: [id],
    items: [],
    isInEnvelope: false,
    attempts: [],
  }));
}

async function eraseEvents(erasing: Erasing, events: readonly KeptEvent[]): Promise<Erased> {
  if (events.length === 0) return nothing;
  const { tx, tally } = erasing;
  const deliveries = await tx.rows<StoredDelivery>(erasureSql.deliveries, [events.map(({ id }) => id)]);
  const attempts = await tx.rows<StoredAttempt>(erasureSql.attempts, [deliveries.map(({ id }) => id)]);
  const removed = await removeEvents(tx, events, tally);
  for (const { from, to, startedAt, body } of attempts.flatMap(siblingsOf)) {
    const siblings = await tx.rows<{ place: number }>(erasureSql.siblings, [from, to, startedAt, body]);
    await emptyAttempts(
      erasing,
      siblings.map(({ place }) => place),
    );
  }
  await rememberGone(tx, events, null);
  return { ...nothing, ...removed, events: events.length };
}

/** Each goes with its last event; while others have theirs in it, only what tells of the person is taken out. */
async function eraseFromRequests(
  { tx, traces }: Erasing,
  findings: readonly Finding[],
  erased: readonly KeptEvent[],
): Promise<Erased> {
  const seqs = [...new Set(findings.map(({ request }) => request))];
  const requests = await tx.rows<KeptRequest & DigestedRequest>(erasureSql.requests, [seqs]);
  const left = await tx.rows<KeptEvent>(erasureSql.eventsOfRequests, [seqs]);
  const withEvents = new Set(left.map(({ request_seq }) => request_seq));
  const empty = requests.filter(({ seq }) => !withEvents.has(seq));
  await tx.rows(erasureSql.deleteRequests, [empty.map(({ seq }) => seq)]);
  let emptied = 0;
  for (const request of requests.filter(({ seq }) => withEvents.has(seq))) {
    const own = findings.filter((finding) => finding.request === request.seq);
    const gone = erased.filter(({ request_seq }) => request_seq === request.seq);
    const items = new Set([...own.flatMap((finding) => finding.items), ...gone.flatMap(({ item }) => item ?? [])]);
    const isInEnvelope = own.some((finding) => finding.isInEnvelope);
    if (items.size === 0 && !isInEnvelope) continue;
    const left = emptiedRequest(request, [...items], traces);
    const digest = requestDigest({ ...requestContent(request), ...left });
    await tx.rows(erasureSql.emptyRequest, [left.seq, left.url, left.headers, left.body, digest]);
    emptied += items.size + (isInEnvelope ? 1 : 0);
  }
  return { ...nothing, requests: empty.length, emptied };
}

/** The identifiers with their links, and what destinations were told of them. */
export async function eraseLinks(tx: Transaction, identifiers: readonly Identifier[]): Promise<number> {
  for (const { kind, value } of identifiers) {
    if (kind === 'user_id') await tx.rows(erasureSql.unjoinUser, [value]);
    if (kind === 'anonymous_id') await tx.rows(erasureSql.unjoinVisitor, [value]);
  }
  const known = await knownOf((sql, values) => tx.rows(sql, values), identifiers);
  for (const { seq } of known) {
    await tx.rows(erasureSql.unlink, [seq]);
    await tx.rows(erasureSql.deleteIdentifier, [seq]);
  }
  return known.length;
}
