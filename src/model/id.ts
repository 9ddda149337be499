import { hash, randomFillSync } from 'node:crypto';

/** An id says what it names: `evt_…` cannot be passed where `dlv_…` is expected. */
export type EventId = `evt_${string}`;
export type RequestId = `req_${string}`;
export type DeliveryId = `dlv_${string}`;
export type AttemptId = `att_${string}`;
export type WorkerId = `wrk_${string}`;
export type ReplayId = `rpl_${string}`;

type Id = EventId | RequestId | DeliveryId | AttemptId | WorkerId | ReplayId;
type Prefix = Id extends `${infer P}_${string}` ? P : never;

const crockford = '0123456789abcdefghjkmnpqrstvwxyz';
const timeLength = 10;
const randomLength = 16;

/**
 * A new id: the prefix, 10 characters of time, 16 of randomness (Crockford base 32, the ULID layout), so that ids sort
 * by creation and indexes on them grow at one end.
 */
export function newId<P extends Prefix>(prefix: P, now: Date): `${P}_${string}` {
  let encoded = encodedTime(now.getTime());
  for (const byte of nextRandom()) encoded += crockford.charAt(byte % 32);
  return `${prefix}_${encoded}`;
}

function encodedTime(ms: number): string {
  let time = ms;
  let encoded = '';
  for (let i = 0; i < timeLength; i += 1) {
    encoded = crockford.charAt(time % 32) + encoded;
    time = Math.floor(time / 32);
  }
  return encoded;
}

const timeMax = 32 ** timeLength - 1;

/** Not after any id that was made at that time, and not before any. */
export function idBounds(prefix: Prefix, ms: number): { readonly first: string; readonly last: string } {
  const first = `${prefix}_${encodedTime(Math.min(Math.max(ms, 0), timeMax))}`;
  return { first, last: `${first}${'z'.repeat(randomLength)}` };
}

const random = Buffer.alloc(256 * randomLength);
let randomUsed = random.length;

/** Drawn from the system for 256 ids at once: a call for each would be a tenth of what storing a request costs. */
function nextRandom(): Uint8Array {
  if (randomUsed === random.length) {
    randomFillSync(random);
    randomUsed = 0;
  }
  randomUsed += randomLength;
  return random.subarray(randomUsed - randomLength, randomUsed);
}

/**
 * The key of a person's line to a destination: a digest, because it is stored beside every delivery and needs to say
 * nothing but "the same person".
 */
export function personKey(kind: string, value: string): string {
  return hash('sha256', JSON.stringify([kind, value]), 'buffer').toString('base64url', 0, 16);
}

/** What an outgoing id is made of: everything that makes one payload for one destination itself and no other. */
export interface OutgoingIdParts {
  readonly source: string;
  /** The canonical `event.id`, or our own event id where the mapping gives none. */
  readonly eventId: string;
  readonly mapping: string;
  readonly item: number;
  readonly destination: string;
}

/**
 * The id a destination deduplicates on (`event_id`, `messageId`), in UUID form. The destination is part of it because
 * Segment's window is not scoped to a workspace; attempts, redeliver and replay all arrive at the same one.
 */
export function outgoingId(parts: OutgoingIdParts): string {
  const name = JSON.stringify([parts.source, parts.eventId, parts.mapping, parts.item, parts.destination]);
  const hex = hash('sha256', name);
  // RFC 9562: version 8 (custom), variant 10.
  const variant = '89ab'.charAt(Number.parseInt(hex.charAt(16), 16) & 0x3);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
