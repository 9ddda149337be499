import type { EventEmitter } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import type { LookupFunction } from 'node:net';
import type { Readable } from 'node:stream';

/** A request as it goes on the wire. */
export interface Outgoing {
  readonly method: string;
  readonly url: URL;
  /** Names and values in turn; what frames the request is the carrier's. */
  readonly headers: string[];
  readonly body: string | undefined;
  /** Where the answer is cut. */
  readonly answerBytesMax: number;
}

export interface Carried {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Brings requests to their servers over connections that it keeps for the next ones. */
export interface Carrier {
  /** `stop` emits `abort` when nobody waits for the answer any more: the connection is closed and this rejects. */
  carry(outgoing: Outgoing, stop: EventEmitter): Promise<Carried>;
  close(): void;
}

export interface ConnectionSettings {
  readonly lookup: LookupFunction;
  /** After which a connection without a request is closed. */
  readonly idleMs: number;
}

/** Said outright, because the environment can turn verification off for a whole process. */
export const tlsSettings = { minVersion: 'TLSv1.2', rejectUnauthorized: true } as const;

/** What Node's own errors for it do not cover. */
export class ConnectionEnded extends Error {
  override readonly name = 'ConnectionEnded';
  readonly code = 'ECONNRESET';
}

/** The rest is not worth a byte: the answer is cut there, not refused, so that a long one is not retried for ever. */
export function readUpTo(limit: number, stream: Readable): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const finish = (): void => resolve(Buffer.concat(chunks).toString('utf8', 0, limit));
    stream.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length < limit) return;
      finish();
      stream.destroy();
    });
    stream.on('end', finish);
    stream.on('error', reject);
  });
}
