import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Clock } from '../model/clock.ts';
import type { ReplayProgress } from '../model/replay.ts';
import type { Store } from '../store/store.ts';

const acceptBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
const attemptBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30];
const endToEndBuckets = [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300, 1_800, 7_200, 21_600, 86_400];

/** What the gateway counts, under the names of the public contract; one instance per gateway. */
export interface Metrics {
  /** `outcome` is `accepted`, why a signature was refused, or the fault's code in lower case. */
  requestReceived(source: string, outcome: string, seconds: number): void;
  attempted(attempt: {
    readonly destination: string;
    readonly outcome: string;
    readonly reason: string;
    readonly seconds: number;
  }): void;
  /** From the request's receipt to the destination's answer. */
  delivered(destination: string, seconds: number): void;
  /** Of a source that has several. */
  secretUsed(source: string, use: SecretUse): void;
  /** The last use, as far as this process knows. */
  lastSecretUse(source: string): SecretUse | undefined;
  /** How many requests a source has sent since the start, by what became of them. */
  requests(): Promise<readonly RequestCount[]>;
  /** Prometheus text; stored states are read at the time of asking. */
  text(): Promise<string>;
  readonly contentType: string;
}

export interface RequestCount {
  readonly source: string;
  readonly outcome: string;
  readonly count: number;
}

export interface SecretUse {
  /** Counted from 1. */
  readonly number: number;
  readonly at: Date;
}

interface Stored {
  readonly store: Pick<Store, 'stats' | 'lanes' | 'listReplays' | 'condition'>;
  readonly clock: Clock;
}

export function createMetrics(stored: Stored): Metrics {
  const registry = new Registry();
  const seen = instrumentsOfTraffic(registry);
  const kept = instrumentsOfStore(registry);
  const secretUses = new Map<string, SecretUse>();
  return {
    secretUsed: (source, use) => secretUses.set(source, use),
    lastSecretUse: (source) => secretUses.get(source),
    requestReceived: (source, outcome, seconds) => {
      seen.requests.inc({ source, outcome });
      if (outcome === 'accepted') seen.accept.observe(seconds);
    },
    attempted: ({ destination, outcome, reason, seconds }) => {
      seen.attempts.inc({ destination, outcome, reason });
      seen.attempt.observe({ destination }, seconds);
    },
    delivered: (destination, seconds) => seen.endToEnd.observe({ destination }, seconds),
    requests: async () =>
      (await seen.requests.get()).values.map(({ labels, value }) => ({
        source: String(labels.source),
        outcome: String(labels.outcome),
        count: value,
      })),
    text: async () => {
      await readStore(kept, stored);
      return await registry.metrics();
    },
    contentType: registry.contentType,
  };
}

function instrumentsOfTraffic(registry: Registry) {
  const registers = [registry];
  return {
    requests: new Counter({
      name: 'hookstitch_requests_total',
      help: 'Requests to /in/*, by what became of them.',
      labelNames: ['source', 'outcome'],
      registers,
    }),
    accept: new Histogram({
      name: 'hookstitch_accept_seconds',
      help: 'Time to answer a request that was accepted.',
      buckets: acceptBuckets,
      registers,
    }),
    attempts: new Counter({
      name: 'hookstitch_attempts_total',
      help: 'Attempts, by outcome and reason.',
      labelNames: ['destination', 'outcome', 'reason'],
      registers,
    }),
    attempt: new Histogram({
      name: 'hookstitch_attempt_seconds',
      help: 'Time of one attempt.',
      labelNames: ['destination'],
      buckets: attemptBuckets,
      registers,
    }),
    endToEnd: new Histogram({
      name: 'hookstitch_end_to_end_seconds',
      help: 'From receipt to delivered.',
      labelNames: ['destination'],
      buckets: endToEndBuckets,
      registers,
    }),
  };
}

type InstrumentsOfStore = ReturnType<typeof instrumentsOfStore>;

function instrumentsOfStore(registry: Registry) {
  const registers = [registry];
  return {
    events: new Counter({
      name: 'hookstitch_events_total',
      help: 'Stored events, by status.',
      labelNames: ['source', 'status'],
      registers,
    }),
    deliveries: new Gauge({
      name: 'hookstitch_deliveries',
      help: 'Stored deliveries, by status.',
      labelNames: ['destination', 'status'],
      registers,
    }),
    stitched: new Counter({
      name: 'hookstitch_stitched_total',
      help: 'Canonical events, by where their ids came from.',
      labelNames: ['source', 'from'],
      registers,
    }),
    lanes: new Gauge({
      name: 'hookstitch_lane_state',
      help: 'Whether a destination is let through: 1 at paused, or else at the state of its circuit.',
      labelNames: ['destination', 'state'],
      registers,
    }),
    replays: new Gauge({
      name: 'hookstitch_replay_events',
      help: 'Events of the replays that run: in line, or still to be put there.',
      labelNames: ['state'],
      registers,
    }),
    oldest: new Gauge({
      name: 'hookstitch_oldest_pending_seconds',
      help: 'Age of the oldest delivery not settled.',
      labelNames: ['destination'],
      registers,
    }),
    damages: new Gauge({
      name: 'hookstitch_store_damages',
      help: 'Things stored that are not what was written, as far as they were found.',
      registers,
    }),
    disk: new Gauge({
      name: 'hookstitch_disk_bytes',
      help: 'Of the disk of DATA_DIR: what is free, and the reserve below which nothing is received.',
      labelNames: ['what'],
      registers,
    }),
  };
}

async function readStore(instruments: InstrumentsOfStore, { store, clock }: Stored): Promise<void> {
  const { events, deliveries, stitched, lanes, replays, oldest, damages, disk } = instruments;
  const [stats, laneStates, known, condition] = await Promise.all([
    store.stats(),
    store.lanes(),
    store.listReplays(),
    store.condition(),
  ]);
  for (const instrument of [events, deliveries, stitched, lanes, replays, oldest]) instrument.reset();
  damages.set(condition.damages.length);
  if (condition.disk !== null) {
    disk.set({ what: 'free' }, condition.disk.freeBytes);
    disk.set({ what: 'reserve' }, condition.disk.reserveBytes);
  }
  const running = known.filter(({ status }) => status === 'running').map(({ progress }) => progress);
  for (const progress of running) {
    replays.inc({ state: 'in_line' }, progress.inLine);
    replays.inc({ state: 'waiting' }, waitingOf(progress));
  }
  for (const { destination, pausedAt, circuit } of laneStates) {
    lanes.set({ destination, state: pausedAt === null ? circuit.state : 'paused' }, 1);
  }
  for (const { source, from, count } of stats.stitching) stitched.inc({ source, from }, count);
  for (const { source, status, count } of stats.eventsBySource) events.inc({ source, status }, count);
  for (const { destination, status, count } of stats.deliveriesByDestination) {
    deliveries.set({ destination, status }, count);
  }
  for (const { destination, createdAt } of stats.oldestPending) {
    oldest.set({ destination }, ageInSeconds(createdAt, clock));
  }
}

/** Never negative: events may come to fit while a replay runs. */
const waitingOf = ({ total, inLine, translated, unmatched, failed }: ReplayProgress): number =>
  Math.max(0, total - inLine - translated - unmatched - failed);

/** Never negative: a clock may have been set back since. */
export const ageInSeconds = (since: Date, clock: Clock): number =>
  Math.max(0, (clock.now().getTime() - since.getTime()) / 1000);
