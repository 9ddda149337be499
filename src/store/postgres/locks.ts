import { createHash } from 'node:crypto';

/**
 * Locks that a transaction holds until it ends, by name. They are numbers to PostgreSQL: two names that come to the same
 * one would wait for each other without need, and nothing worse.
 */
export const lockOf = (name: string): bigint =>
  createHash('sha256').update(`hookstitch ${name}`).digest().readBigInt64BE();

/** Whoever queues, claims or settles deliveries of a destination holds it: so order, limits and circuit are one's at a time. */
export const laneLock = (destination: string): bigint => lockOf(`lane ${destination}`);

/** Events are stitched one batch after the other, so that of two that belong together the later one knows. */
export const stitchLock = lockOf('stitch');

/** One step of a replay at a time; whoever ends one waits for it. */
export const replayLock = lockOf('replay');

/** Whoever may enter the console is changed by one at a time. */
export const accessLock = lockOf('access');

/** Minutes become hours one batch after the other. */
export const seriesLock = lockOf('series');

/** Held by the one replica that looks at everything, for as long as it does. */
export const examineLock = lockOf('examine');

/** Always in one order, so that nobody waits for somebody who waits for them. */
export const inOrder = (locks: readonly bigint[]): readonly bigint[] =>
  [...new Set(locks)].toSorted((one, other) => (one < other ? -1 : Number(one > other)));
