/** Events on their way in: recorded, claimed by a translator. All of it runs inside a transaction. */
import { addMs } from '../../model/clock.ts';
import type { ClaimedEvent, Receipt, ReceivedRequest } from '../../model/event.ts';
import { type DigestedEvent, type DigestedRequest, isEventWhole, isRequestWhole } from '../contents.ts';
import { eventDigest, requestDigest } from '../digest.ts';
import {
  beforeSuspect,
  newEvent,
  newRequest,
  problemOf,
  type RequestText,
  statusOf,
  toClaimed,
  toRequestText,
  toStored,
} from '../event-moves.ts';
import type { FoundDamages } from '../found-damages.ts';
import { type EventRow, earliest } from '../rows.ts';
import type { EventClaim } from '../store.ts';
import { Tally } from '../tally.ts';
import { digestOf, withoutEvents } from '../tombstones.ts';
import { BeginAnew, type Queries, type Transaction } from './connections.ts';
import { failEvents } from './damaged-rows.ts';
import { toHex } from './hex.ts';
import { writeTally } from './tally.ts';
import { toRecords } from './text.ts';

export const eventColumns = `seq, id, request_seq, item, source, type, external_id, occurred_at, received_at,
  in_line_since, status, reason, message, cause, tries, runs, due_at, waits_for, digest, runs_digest`;

export const eventSql = {
  known: 'select dedupe_key from event where dedupe_key = any($1)',
  gone: 'select digest from gone_event where digest = any($1)',
  /** The bodies come as one value, which costs a fraction of one for each. */
  insertRequests: `
    insert into request (source, kind, method, url, received_at, headers, body, digest)
    select source, kind, method, url, "receivedAt", headers, substring($2::bytea from "bodyFrom" for "bodyLength"),
      decode(digest, 'hex')
    from json_to_recordset($1) as new (place integer, source text, kind text, method text, url text, "receivedAt" bigint,
      headers text, "bodyFrom" integer, "bodyLength" integer, digest text)
    order by place
    returning seq`,
  insert: `
    insert into event (id, request_seq, item, source, type, external_id, occurred_at, received_at, status, reason,
      message, cause, settled_at, dedupe_key, digest)
    select id, "requestSeq", item, source, type, "externalId", "occurredAt", "receivedAt", status, reason,
      message, cause, "settledAt", decode("dedupeKey", 'hex'), decode(digest, 'hex')
    from json_to_recordset($1) as new (place integer, id text, "requestSeq" bigint, item integer, source text, type text,
      "externalId" text, "occurredAt" bigint, "receivedAt" bigint, status text, reason text, message text,
      cause text, "settledAt" bigint, "dedupeKey" text, digest text)
    order by place
    on conflict (dedupe_key) do nothing
    returning id`,

  endLeases: `
    update event set claimed_by = null, lease_ends_at = null
    where seq in (
      select seq from event where status = 'received' and claimed_by is not null and lease_ends_at <= $1
      for update skip locked
    )`,
  endDelays: `
    update event set due_at = null, waits_for = null
    where seq in (select seq from event where due_at <= $1 for update skip locked)`,
  waiting: `
    select ${eventColumns} from event where status = 'received' and claimed_by is null and due_at is null
    order by seq limit $1 for update skip locked`,
  claim: `
    update event set claimed_by = $1, lease_ends_at = $2, tries = tries + 1 where seq = any($3::bigint[])`,
  requests: `
    select seq, source, kind, method, url, received_at, headers, body, digest from request
    where seq = any($1::bigint[])`,
  next: `
    select
      (select received_at from event where status = 'received' and claimed_by is null and due_at is null
        order by seq limit 1) as waiting,
      (select min(due_at) from event where due_at is not null) as delayed,
      (select min(lease_ends_at) from event where status = 'received' and claimed_by is not null) as leased`,

  byId: `select ${eventColumns} from event where id = $1`,
  byIds: `select ${eventColumns} from event where id = any($1)`,
  bySeqs: `select ${eventColumns} from event where seq = any($1::bigint[])`,
};

/** One event that may be new, with the request that it came in. */
interface Candidate {
  readonly request: ReceivedRequest;
  readonly of: number;
  readonly event: ReceivedRequest['events'][number];
  readonly key: Buffer;
}

/** All requests in one go; of an event that comes twice the first counts. */
export async function recordRequests(
  tx: Transaction,
  requests: readonly ReceivedRequest[],
): Promise<readonly Receipt[]> {
  const kept = await withoutGone(tx, requests);
  const isNew = await unknownIn(tx, kept);
  const fresh = kept.flatMap((request, of) => candidatesOf(request, of).filter(({ key }) => isNew(key)));
  const accepted = fresh.length === 0 ? [] : await insertAll(tx, kept, fresh);
  const counts = new Map<number, number>();
  const tally = new Tally();
  for (const { request, of, event } of accepted) {
    counts.set(of, (counts.get(of) ?? 0) + 1);
    tally.events(request.source, statusOf(event), 1);
    tally.problem({ kind: 'event', name: request.source, ...problemOf(event), count: 1 });
  }
  writeTally(tx, tally);
  return requests.map(({ events }, of) => {
    const count = counts.get(of) ?? 0;
    return { accepted: count, duplicates: events.length - count };
  });
}

const candidatesOf = (request: ReceivedRequest, of: number): readonly Candidate[] =>
  request.events.map((event) => ({ request, of, event, key: digestOf(request.source, event.externalId) }));

async function withoutGone(tx: Transaction, requests: readonly ReceivedRequest[]): Promise<readonly ReceivedRequest[]> {
  const isGone = await goneIn(tx, requests.flatMap(candidatesOf));
  if (isGone.size === 0) return requests;
  return requests.map((request, of) =>
    withoutEvents(
      request,
      candidatesOf(request, of).map(({ key }) => isGone.has(key.toString('hex'))),
    ),
  );
}

async function goneIn(tx: Transaction, candidates: readonly Candidate[]): Promise<ReadonlySet<string>> {
  const rows = await tx.rows<{ digest: Buffer }>(eventSql.gone, [candidates.map(({ key }) => key)]);
  return new Set(rows.map(({ digest }) => digest.toString('hex')));
}

/** True for a key the first time that it is asked about, unless the database has it. */
async function unknownIn(tx: Transaction, requests: readonly ReceivedRequest[]): Promise<(key: Buffer) => boolean> {
  const keys = requests.flatMap(candidatesOf).map(({ key }) => key);
  const rows = await tx.rows<{ dedupe_key: Buffer }>(eventSql.known, [keys]);
  const seen = new Set(rows.map(({ dedupe_key }) => dedupe_key.toString('hex')));
  return (key) => {
    const text = key.toString('hex');
    const isNew = !seen.has(text);
    seen.add(text);
    return isNew;
  };
}

/** Those that are new for other replicas too. */
async function insertAll(
  tx: Transaction,
  requests: readonly ReceivedRequest[],
  fresh: readonly Candidate[],
): Promise<readonly Candidate[]> {
  const carrying = [...new Set(fresh.map(({ of }) => of))];
  const seqs = await insertRequests(
    tx,
    carrying.flatMap((of) => requests[of] ?? []),
  );
  const seqOf = new Map(carrying.map((of, index) => [of, seqs[index] ?? 0]));
  const rows = fresh.map(({ request, of, event, key }, place) => {
    const row = newEvent(request, event, seqOf.get(of) ?? 0);
    return { place, ...row, dedupeKey: toHex(key), digest: toHex(eventDigest(row)) };
  });
  const inserted = new Set((await tx.rows<{ id: string }>(eventSql.insert, [toRecords(rows)])).map(({ id }) => id));
  // Another replica has just taken one of them, or it is gone: with that known, all of it is looked at once more.
  if (inserted.size < fresh.length || (await goneIn(tx, fresh)).size > 0) throw new BeginAnew();
  return fresh;
}

async function insertRequests(tx: Transaction, requests: readonly ReceivedRequest[]): Promise<readonly number[]> {
  let bodyFrom = 1;
  const rows = requests.map((request, place) => {
    const content = newRequest(request);
    const { body, ...row } = content;
    const from = bodyFrom;
    bodyFrom += body.byteLength;
    return { place, ...row, bodyFrom: from, bodyLength: body.byteLength, digest: toHex(requestDigest(content)) };
  });
  const bodies = Buffer.concat(requests.map(({ body }) => body));
  return (await tx.rows<{ seq: number }>(eventSql.insertRequests, [toRecords(rows), bodies])).map(({ seq }) => seq);
}

export async function claimEvents(
  tx: Transaction,
  claim: EventClaim,
  damages: FoundDamages,
): Promise<readonly ClaimedEvent[]> {
  const { worker, limit, leaseMs, now, aloneAfterTries } = claim;
  await tx.rows(eventSql.endLeases, [now.getTime()]);
  await tx.rows(eventSql.endDelays, [now.getTime()]);
  const waiting = await tx.rows<DigestedEvent>(eventSql.waiting, [limit]);
  const line = beforeSuspect(waiting, aloneAfterTries);
  if (line.length === 0) return [];
  const requests = await requestTexts(tx.rows, line);
  const whole = line.flatMap((row) => {
    const request = isEventWhole(row) ? requests.get(row.request_seq) : undefined;
    return request === undefined ? [] : [{ row, request }];
  });
  const seqs = new Set(whole.map(({ row }) => row.seq));
  await tx.rows(eventSql.claim, [worker, addMs(now, leaseMs).getTime(), [...seqs]]);
  const tally = new Tally();
  await failEvents(tx, { rows: line.filter(({ seq }) => !seqs.has(seq)), now, damages }, tally);
  writeTally(tx, tally);
  return whole.map(({ row, request }) => ({
    ...toStored(row),
    ...request,
    ...toClaimed(row, worker),
  }));
}

/** Read and decoded once, however many of these events it carries; without those that are damaged. */
export async function requestTexts(
  read: Queries['rows'],
  events: readonly EventRow[],
): Promise<ReadonlyMap<number, RequestText>> {
  const seqs = [...new Set(events.map(({ request_seq }) => request_seq))];
  const rows = await read<DigestedRequest & { seq: number }>(eventSql.requests, [seqs]);
  return new Map(rows.filter(isRequestWhole).map((row) => [row.seq, toRequestText(row)]));
}

export async function nextEventAt(read: Queries['rows']): Promise<Date | null> {
  const [row] = await read<Record<'waiting' | 'delayed' | 'leased', number | null>>(eventSql.next);
  return earliest([row?.waiting, row?.delayed, row?.leased]);
}
