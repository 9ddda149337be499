import { GatewayError } from '../model/error.ts';

/** Requests are refused above either; what the process remembers of the world stays bounded. */
export const roomLimits = { waiting: 10_000, waitingBytes: 64 * 1024 * 1024 } as const;

/** Throws STORE_UNAVAILABLE while so much waits that one more would be too much. */
export function assertRoom(waiting: number, bytes: number): void {
  if (waiting >= roomLimits.waiting || bytes > roomLimits.waitingBytes)
    throw new GatewayError('STORE_UNAVAILABLE', 'too many writes are waiting for the disk');
}
