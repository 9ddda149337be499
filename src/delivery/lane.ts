/** What a lane lets through, and what its circuit makes of what comes back. Values in, values out. */
import type { CircuitSettings } from '../destinations/destination.ts';
import type { Outcome } from '../model/attempt.ts';
import { addMs } from '../model/clock.ts';
import type { Circuit, Lane, LaneTrouble } from '../model/lane.ts';
import { type Allowance, take } from './rate-limit.ts';

export const circuitLimits = {
  /** Also opens when of as many requests as may fail in a row at least this share failed within the window. */
  share: 0.7,
  windowMs: 300_000,
  /** How long it stays open the first time; twice as long each time after that, up to the greatest. */
  waitMs: {
    throttled: { first: 1_000, greatest: 60_000 },
    credentials: { first: 60_000, greatest: 3_600_000 },
    gone: { first: 60_000, greatest: 3_600_000 },
  },
  /** No wait is longer: the greatest `wait_max_ms` with its jitter. */
  longestMs: 1.5 * 86_400_000,
  /** Without news of a probe for so long there will be another: longer than any request may take. */
  probeMs: 150_000,
} as const;

export interface LaneLimits {
  /** Requests under way at once, over all replicas. */
  readonly concurrency: number;
  /** Payloads in one request, at most. */
  readonly batch: number;
  /** Requests a second, over all replicas. */
  readonly rate?: number | undefined;
}

/** How many deliveries may be claimed now, and what the lane is after so many of them were. */
export interface Admission {
  readonly limit: number;
  /** Requests that so many may be sent in, however many a batch would hold. */
  readonly requests: (claimed: number) => number;
  readonly after: (claimed: number) => Lane;
}

interface Moment {
  /** Deliveries under way. */
  readonly inFlight: number;
  readonly now: Date;
}

export function admit(lane: Lane, { inFlight, now }: Moment, limits: LaneLimits): Admission {
  const requests = Math.min(requestsOpen(lane, now), freeRequests(inFlight, limits));
  const allowance = allowanceOf(lane, limits, now);
  const allowed = allowance === undefined ? requests : Math.min(requests, take(allowance, requests, now).taken);
  const probes = lane.circuit.state !== 'closed';
  const taken = (claimed: number): number => Math.ceil(claimed / limits.batch);
  return {
    limit: allowed * (probes ? 1 : limits.batch),
    requests: (claimed) => (allowance === undefined ? allowed : taken(claimed)),
    after: (claimed) => {
      if (claimed === 0) return lane;
      const begun = probes ? probing(lane, now) : lane;
      if (allowance === undefined) return begun;
      return { ...begun, tokens: take(allowance, taken(claimed), now).left };
    },
  };
}

/** Requests that pause and circuit leave open. */
function requestsOpen({ pausedAt, circuit }: Lane, now: Date): number {
  if (pausedAt !== null) return 0;
  switch (circuit.state) {
    case 'closed':
      return Number.POSITIVE_INFINITY;
    case 'open':
      return now >= sane(circuit.probeAt, now) ? 1 : 0;
    case 'half_open':
      return now >= sane(circuit.probeEndsAt, now) ? 1 : 0;
  }
}

/** A time that is further off than any wait was set by a clock that was wrong. */
const sane = (at: Date, now: Date): Date => (at.getTime() - now.getTime() > circuitLimits.longestMs ? now : at);

const freeRequests = (inFlight: number, { concurrency, batch }: LaneLimits): number =>
  Math.max(0, concurrency - Math.ceil(inFlight / batch));

function allowanceOf({ tokens }: Lane, { rate }: LaneLimits, now: Date): Allowance | undefined {
  return rate === undefined ? undefined : { perSecond: rate, tokens: tokens ?? { count: 1, countedAt: now } };
}

function probing(lane: Lane, now: Date): Lane {
  const { circuit } = lane;
  if (circuit.state === 'closed') return lane;
  const { trouble, message, since } = circuit;
  const probeEndsAt = addMs(now, circuitLimits.probeMs);
  return { ...lane, circuit: { state: 'half_open', trouble, message, since, probeEndsAt } };
}

/** When the lane may let something through again; null when only an operator or an end of what is under way changes that. */
export function opensAt(lane: Lane, { inFlight, now }: Moment, limits: LaneLimits): Date | null {
  if (lane.pausedAt !== null || freeRequests(inFlight, limits) === 0) return null;
  const { circuit } = lane;
  const allowance = allowanceOf(lane, limits, now);
  const tokenAt = allowance === undefined ? now : addMs(now, take(allowance, 1, now).waitMs);
  switch (circuit.state) {
    case 'closed':
      return tokenAt;
    case 'open':
      return later(sane(circuit.probeAt, now), tokenAt);
    case 'half_open':
      return later(sane(circuit.probeEndsAt, now), tokenAt);
  }
}

const later = (one: Date, other: Date): Date => (one > other ? one : other);

export interface Observation {
  /** Of the deliveries of one request; null for one that nothing is known of. */
  readonly outcomes: readonly (Outcome | null)[];
  /** Made for them, where it was not the one that was admitted. */
  readonly requests?: number;
  readonly now: Date;
  /** [0, 1), so that replicas and destinations do not probe in step. */
  readonly jitter: number;
  readonly circuit: CircuitSettings;
}

/** The lane after a request has ended. */
export function observed(before: Lane, observation: Observation): Lane {
  const { outcomes, requests = 1, now } = observation;
  const lane = charged(before, requests - 1);
  const said = verdictOf(outcomes);
  switch (said.kind) {
    case 'nothing':
      // The probe found nothing out: another one may go at once.
      return lane.circuit.state === 'half_open' ? { ...lane, circuit: { ...open(lane.circuit), probeAt: now } } : lane;
    case 'answers':
      return answered(lane, now);
    case 'trouble':
      return opened(lane, { ...observation, ...said });
    case 'failed':
      return failed(lane, { ...observation, message: said.message });
  }
}

/** Requests beyond the one that was admitted are made up for by those that come later. */
function charged(lane: Lane, more: number): Lane {
  const { tokens } = lane;
  return tokens === null || more <= 0 ? lane : { ...lane, tokens: { ...tokens, count: tokens.count - more } };
}

type Said =
  | { readonly kind: 'nothing' }
  /** The destination is there and says what it thinks of the payloads. */
  | { readonly kind: 'answers' }
  | { readonly kind: 'failed'; readonly message: string }
  | { readonly kind: 'trouble'; readonly trouble: LaneTrouble; readonly message: string; readonly waitMs?: number };

function verdictOf(outcomes: readonly (Outcome | null)[]): Said {
  const known = outcomes.filter((outcome) => outcome !== null);
  for (const outcome of known) {
    if (outcome.kind !== 'retry' || outcome.lane === undefined) continue;
    const { lane: trouble, message, retryAfterMs: waitMs } = outcome;
    return { kind: 'trouble', trouble, message, ...(waitMs !== undefined && { waitMs }) };
  }
  // What never left the gateway says nothing about the destination.
  const sent = known.filter((outcome) => outcome.kind !== 'fail' || outcome.response !== undefined);
  const [first] = sent;
  if (first === undefined) return { kind: 'nothing' };
  return first.kind === 'retry' && sent.every(({ kind }) => kind === 'retry')
    ? { kind: 'failed', message: first.message }
    : { kind: 'answers' };
}

/** An answer that was on its way when the circuit opened does not close it: only a probe does. */
function answered(lane: Lane, now: Date): Lane {
  const counted = { ...lane, window: inWindow(lane, now, 0) };
  if (lane.circuit.state === 'open') return counted;
  const calm = { ...counted, failuresInARow: 0, openings: 0 };
  if (lane.circuit.state === 'closed') return calm;
  return { ...calm, circuit: { state: 'closed' }, window: { startedAt: now, requests: 0, failures: 0 } };
}

interface Failure extends Omit<Observation, 'outcomes'> {
  readonly message: string;
}

function failed(lane: Lane, failure: Failure): Lane {
  const { now, circuit: settings } = failure;
  const failing = { ...lane, failuresInARow: lane.failuresInARow + 1, window: inWindow(lane, now, 1) };
  if (lane.circuit.state === 'open') return failing;
  const { window, failuresInARow } = failing;
  const { failures: most } = settings;
  const isTooMany =
    failuresInARow >= most || (window.requests >= most && window.failures >= circuitLimits.share * window.requests);
  if (lane.circuit.state === 'closed' && !isTooMany) return failing;
  return opened(failing, { ...failure, trouble: 'failing' });
}

/** Counted within the window, or as the first of a new one. */
function inWindow({ window }: Lane, now: Date, failures: number): Lane['window'] {
  const { startedAt } = window;
  const isOver = now.getTime() - startedAt.getTime() >= circuitLimits.windowMs || now < startedAt;
  return isOver
    ? { startedAt: now, requests: 1, failures }
    : { startedAt, requests: window.requests + 1, failures: window.failures + failures };
}

interface Opening extends Failure {
  readonly trouble: LaneTrouble;
  /** As long as the destination asked for. */
  readonly waitMs?: number;
}

function opened(lane: Lane, opening: Opening): Lane {
  const { circuit, openings } = lane;
  const { trouble, message, now, waitMs } = opening;
  const probeAt = addMs(now, Math.ceil(waitMs ?? waitAfter(openings, opening)));
  if (circuit.state === 'open') {
    // Answers to what was on its way already: they may ask for a longer wait, and never for a shorter one.
    return probeAt > circuit.probeAt ? { ...lane, circuit: { ...circuit, trouble, message, probeAt } } : lane;
  }
  const since = circuit.state === 'closed' ? now : circuit.since;
  return { ...lane, openings: openings + 1, circuit: { state: 'open', trouble, message, since, probeAt } };
}

/** Between the bound and half as much again. */
function waitAfter(openings: number, { trouble, jitter, circuit }: Opening): number {
  const { first, greatest } =
    trouble === 'failing' ? { first: circuit.wait_ms, greatest: circuit.wait_max_ms } : circuitLimits.waitMs[trouble];
  return Math.min(greatest, first * 2 ** Math.min(openings, 30)) * (1 + jitter / 2);
}

/** Held until an operator resumes it. */
export const paused = (lane: Lane, now: Date): Lane => ({ ...lane, pausedAt: lane.pausedAt ?? now });

/** No longer held; where the circuit is open, the next request finds out at once whether it still has to be. */
export const resumed = (lane: Lane, now: Date): Lane => probedNow({ ...lane, pausedAt: null }, now);

/** Whoever has just corrected the configuration should not wait for the next probe. */
export function probedNow(lane: Lane, now: Date): Lane {
  const { circuit } = lane;
  if (circuit.state === 'closed') return lane;
  return { ...lane, openings: 0, circuit: { ...open(circuit), probeAt: now } };
}

type Troubled = Exclude<Circuit, { state: 'closed' }>;

const open = ({ trouble, message, since }: Troubled): Omit<Extract<Circuit, { state: 'open' }>, 'probeAt'> => ({
  state: 'open',
  trouble,
  message,
  since,
});
