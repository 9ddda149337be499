/** A lane is the way to one destination. Its state is kept in the store, so that all replicas share it. */

/** What can be wrong with a destination as a whole; the last three are what an answer can say of it. */
export const laneTroubles = ['failing', 'throttled', 'credentials', 'gone'] as const;
export type LaneTrouble = (typeof laneTroubles)[number];

interface Trouble {
  readonly trouble: LaneTrouble;
  /** What the destination said last, for people. */
  readonly message: string;
  readonly since: Date;
}

/** Closed: everything goes out. Open: nothing does until `probeAt`. Half open: one request is under way to find out. */
export type Circuit =
  | { readonly state: 'closed' }
  | ({ readonly state: 'open'; readonly probeAt: Date } & Trouble)
  /** Without news of the probe until `probeEndsAt` there will be another one. */
  | ({ readonly state: 'half_open'; readonly probeEndsAt: Date } & Trouble);

export const circuitStates = ['closed', 'open', 'half_open'] as const satisfies readonly Circuit['state'][];

export interface Lane {
  readonly destination: string;
  /** Since when an operator has held it; nothing goes out until an operator resumes it. */
  readonly pausedAt: Date | null;
  readonly circuit: Circuit;
  /** Requests in a row that ended in a retry. */
  readonly failuresInARow: number;
  /** Times the circuit opened without a success in between: the waits grow with it. */
  readonly openings: number;
  /** Requests, and those of them that ended in a retry, since the window began. */
  readonly window: { readonly startedAt: Date; readonly requests: number; readonly failures: number };
  /** What is left of the allowance that `rate` fills; null before the first request. */
  readonly tokens: { readonly count: number; readonly countedAt: Date } | null;
}

/** A lane that nothing has happened on yet. */
export const freshLane = (destination: string, now: Date): Lane => ({
  destination,
  pausedAt: null,
  circuit: { state: 'closed' },
  failuresInARow: 0,
  openings: 0,
  window: { startedAt: now, requests: 0, failures: 0 },
  tokens: null,
});
