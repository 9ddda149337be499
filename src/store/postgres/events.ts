/** Events on their way in: recorded, claimed by a translator. All of it runs inside a transaction. */
import { addMs } from '../../model/clock.ts';
import type { ClaimedEvent, Receipt, ReceivedRequest } from '../../model/event.ts';
import { type DigestedEvent, type DigestedRequest, isEventWhole, isRequestWhole } from '../contents.ts';
import { eventDigest, isSame, requestDigest } from '../digest.ts';
import {
  newEvent,
  newRequest,
  problemOf,
  type RequestText,
  type StoredEvent,
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
import type { RecentContents, WrittenRequest } from './recent.ts';
import { writeTally } from './tally.ts';
import { toRecords } from './text.ts';

export const eventColumns = `seq, id, request_seq, item, source, type, external_id, occurred_at, received_at,
  in_line_since, status, reason, message, cause, tries, runs, due_at, waits_for, digest, runs_digest`;

export const eventSql = {
  /** Under which keys something is stored, or was. */
  known: `
    select dedupe_key as key, false as is_gone from event where dedupe_key = any($1)
    union all
    select digest, true from gone_event where digest = any($1)`,
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
  /** The first ones in line: a suspect alone, and whoever stands before one without it. */
  claim: `
    with waiting as materialized (
      select seq, tries from event where status = 'received' and claimed_by is null and due_at is null
      order by seq limit $1 for update skip locked
    ), chosen as (
      select seq from waiting where seq = (select min(seq) from waiting)
        or seq < coalesce((select min(seq) from waiting where tries >= $2), 9223372036854775807)
    )
    update event set claimed_by = $3, lease_ends_at = $4, tries = event.tries + 1
    from chosen where event.seq = chosen.seq
    returning event.seq, id, request_seq, source, event.tries - 1 as tries, received_at, in_line_since, digest,
      runs_digest, (select digest from request where request.seq = request_seq) as request_digest`,
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

export interface RecordedRequests {
  readonly receipts: readonly Receipt[];
  readonly written: readonly WrittenRequest[];
}

/** All requests in one go; of an event that comes twice the first counts. */
export async function recordRequests(tx: Transaction, requests: readonly ReceivedRequest[]): Promise<RecordedRequests> {
  const { isGone, isKnown } = await knownIn(tx, requests.flatMap(candidatesOf));
  const kept = isGone.size === 0 ? requests : requests.map((request, of) => withoutGone(request, of, isGone));
  const fresh = firstOfEach(kept.flatMap(candidatesOf).filter(({ key }) => !isKnown.has(hexOf(key))));
  const written = fresh.length === 0 ? [] : await insertAll(tx, kept, fresh);
  const counts = new Map<number, number>();
  const tally = new Tally();
  for (const { request, of, event } of fresh) {
    counts.set(of, (counts.get(of) ?? 0) + 1);
    tally.events(request.source, statusOf(event), 1);
    tally.recorded(request.source, statusOf(event), request.receivedAt.getTime());
    tally.problem({ kind: 'event', name: request.source, ...problemOf(event), count: 1 });
  }
  writeTally(tx, tally);
  const receipts = requests.map(({ events }, of) => {
    const count = counts.get(of) ?? 0;
    return { accepted: count, duplicates: events.length - count };
  });
  return { receipts, written };
}

const hexOf = (key: Buffer): string => key.toString('hex');

const candidatesOf = (request: ReceivedRequest, of: number): readonly Candidate[] =>
  request.events.map((event) => ({ request, of, event, key: digestOf(request.source, event.externalId) }));

const withoutGone = (request: ReceivedRequest, of: number, isGone: ReadonlySet<string>): ReceivedRequest =>
  withoutEvents(
    request,
    candidatesOf(request, of).map(({ key }) => isGone.has(hexOf(key))),
  );

function firstOfEach(candidates: readonly Candidate[]): readonly Candidate[] {
  const first = new Map<string, Candidate>();
  for (const one of candidates) if (!first.has(hexOf(one.key))) first.set(hexOf(one.key), one);
  return [...first.values()];
}

async function knownIn(
  tx: Transaction,
  candidates: readonly Candidate[],
): Promise<Readonly<Record<'isGone' | 'isKnown', ReadonlySet<string>>>> {
  const keys = candidates.map(({ key }) => key);
  const rows = await tx.rows<{ key: Buffer; is_gone: boolean }>(eventSql.known, [keys]);
  const keysOf = (isGone: boolean) => rows.flatMap((row) => (row.is_gone === isGone ? [hexOf(row.key)] : []));
  return { isGone: new Set(keysOf(true)), isKnown: new Set(keysOf(false)) };
}

/** Those that are new for other replicas too. */
async function insertAll(
  tx: Transaction,
  requests: readonly ReceivedRequest[],
  fresh: readonly Candidate[],
): Promise<readonly WrittenRequest[]> {
  const carrying = [...new Set(fresh.map(({ of }) => of))];
  const inserted = await insertRequests(
    tx,
    carrying.flatMap((of) => requests[of] ?? []),
  );
  const requestOf = new Map(carrying.map((of, index) => [of, inserted[index]]));
  const events = fresh.map(({ request, of, event, key }) => {
    const row = newEvent(request, event, requestOf.get(of)?.seq ?? 0);
    return { of, key, row, digest: eventDigest(row) };
  });
  const rows = events.map(({ key, row, digest }, place) => {
    return { place, ...row, dedupeKey: toHex(key), digest: toHex(digest) };
  });
  const keys = fresh.map(({ key }) => key);
  const [ids, gone] = await Promise.all([tx.rows(eventSql.insert, [toRecords(rows)]), tx.rows(eventSql.gone, [keys])]);
  // Another replica has just taken one of them, or it is gone: with that known, all of it is looked at once more.
  if (ids.length < fresh.length || gone.length > 0) throw new BeginAnew();
  const eventsOf = Map.groupBy(events, ({ of }) => of);
  return [...requestOf].flatMap(([of, request]) =>
    request === undefined ? [] : [{ ...request, events: eventsOf.get(of) ?? [] }],
  );
}

async function insertRequests(
  tx: Transaction,
  requests: readonly ReceivedRequest[],
): Promise<readonly (Omit<WrittenRequest, 'events'> & { readonly seq: number })[]> {
  let bodyFrom = 1;
  const written = requests.map((request) => {
    const row = newRequest(request);
    return { row, headers: request.headers, digest: requestDigest(row) };
  });
  const rows = written.map(({ row: { body, ...row }, digest }, place) => {
    const from = bodyFrom;
    bodyFrom += body.byteLength;
    return { place, ...row, bodyFrom: from, bodyLength: body.byteLength, digest: toHex(digest) };
  });
  const bodies = Buffer.concat(requests.map(({ body }) => body));
  const seqs = await tx.rows<{ seq: number }>(eventSql.insertRequests, [toRecords(rows), bodies]);
  return written.map((one, place) => ({ ...one, seq: seqs[place]?.seq ?? 0 }));
}

interface ClaimedRow
  extends Pick<DigestedEvent, 'seq' | 'id' | 'request_seq' | 'source' | 'tries' | 'received_at' | 'in_line_since'> {
  readonly digest: Buffer | null;
  readonly runs_digest: Buffer | null;
  readonly request_digest: Buffer | null;
}

export async function claimEvents(
  tx: Transaction,
  claim: EventClaim & { readonly recent: RecentContents['events'] },
  damages: FoundDamages,
): Promise<readonly ClaimedEvent[]> {
  const { worker, limit, leaseMs, now, aloneAfterTries } = claim;
  tx.along(eventSql.endLeases, [now.getTime()]);
  tx.along(eventSql.endDelays, [now.getTime()]);
  const values = [limit, aloneAfterTries, worker, addMs(now, leaseMs).getTime()];
  const line = (await tx.rows<ClaimedRow>(eventSql.claim, values)).toSorted((one, other) => one.seq - other.seq);
  const contents = await contentsOf(tx, line, claim.recent);
  const damaged = line.filter(({ seq }) => !contents.has(seq));
  const tally = new Tally();
  await failEvents(tx, { rows: damaged, now, damages }, tally);
  writeTally(tx, tally);
  return line.flatMap((row) => {
    const content = contents.get(row.seq);
    return content === undefined ? [] : [{ ...content, ...toClaimed(row, worker) }];
  });
}

/** What these events say, by their numbers; without those that are damaged. */
async function contentsOf(
  tx: Transaction,
  line: readonly ClaimedRow[],
  recent: RecentContents['events'],
): Promise<ReadonlyMap<number, StoredEvent>> {
  const contents = new Map<number, StoredEvent>();
  for (const row of line) {
    const kept = recent.take(row.id);
    if (kept === undefined || !isSame(row.digest, kept.digest) || !isSame(row.request_digest, kept.requestDigest))
      continue;
    if (row.runs_digest === null) contents.set(row.seq, kept.content);
  }
  const others = line.filter(({ seq }) => !contents.has(seq));
  if (others.length === 0) return contents;
  const [rows, requests] = await Promise.all([
    tx.rows<DigestedEvent>(eventSql.bySeqs, [others.map(({ seq }) => seq)]),
    requestTexts(tx.rows, others),
  ]);
  for (const row of rows) {
    const request = isEventWhole(row) ? requests.get(row.request_seq) : undefined;
    if (request !== undefined) contents.set(row.seq, { ...toStored(row), ...request });
  }
  return contents;
}

/** Read and decoded once, however many of these events it carries; without those that are damaged. */
export async function requestTexts(
  read: Queries['rows'],
  events: readonly Pick<EventRow, 'request_seq'>[],
): Promise<ReadonlyMap<number, RequestText>> {
  const seqs = [...new Set(events.map(({ request_seq }) => request_seq))];
  const rows = await read<DigestedRequest & { seq: number }>(eventSql.requests, [seqs]);
  return new Map(rows.filter(isRequestWhole).map((row) => [row.seq, toRequestText(row)]));
}

export async function nextEventAt(read: Queries['rows']): Promise<Date | null> {
  const [row] = await read<Record<'waiting' | 'delayed' | 'leased', number | null>>(eventSql.next);
  return earliest([row?.waiting, row?.delayed, row?.leased]);
}
