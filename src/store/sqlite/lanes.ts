/** The state of every lane, as its claims and settlements leave it. What writes runs inside a transaction. */
import { dateFromMs } from '../../model/clock.ts';
import { type Circuit, freshLane, type Lane } from '../../model/lane.ts';
import type { CircuitRow, LaneRow } from './lane-statements.ts';
import type { Statements } from './statements.ts';

export const readLanes = ({ lanes }: Statements): readonly Lane[] => lanes.all.all().map(toLane);

export function readLane({ lanes }: Statements, destination: string, now: Date): Lane {
  const row = lanes.byName.get(destination);
  return row === undefined ? freshLane(destination, now) : toLane(row);
}

/** Returns what it wrote; what has not changed is not written. */
export function writeLane({ lanes }: Statements, before: Lane, after: Lane): Lane {
  if (after === before) return after;
  const { destination, pausedAt, circuit, failuresInARow, openings, window, tokens } = after;
  lanes.write.run({
    destination,
    paused_at: pausedAt?.getTime() ?? null,
    ...circuitRow(circuit),
    failures_in_a_row: failuresInARow,
    openings,
    window_started_at: window.startedAt.getTime(),
    window_requests: window.requests,
    window_failures: window.failures,
    tokens: tokens?.count ?? null,
    tokens_counted_at: tokens?.countedAt.getTime() ?? null,
  });
  return after;
}

function circuitRow(circuit: Circuit) {
  if (circuit.state === 'closed')
    return { circuit: circuit.state, trouble: null, message: null, since: null, probe_at: null };
  const { state, trouble, message, since } = circuit;
  const probeAt = circuit.state === 'open' ? circuit.probeAt : circuit.probeEndsAt;
  return { circuit: state, trouble, message, since: since.getTime(), probe_at: probeAt.getTime() };
}

function toLane(row: LaneRow): Lane {
  return {
    destination: row.destination,
    pausedAt: row.paused_at === null ? null : dateFromMs(row.paused_at),
    circuit: toCircuit(row),
    failuresInARow: row.failures_in_a_row,
    openings: row.openings,
    window: {
      startedAt: dateFromMs(row.window_started_at),
      requests: row.window_requests,
      failures: row.window_failures,
    },
    tokens: row.tokens === null ? null : { count: row.tokens, countedAt: dateFromMs(row.tokens_counted_at) },
  };
}

function toCircuit(row: CircuitRow): Circuit {
  if (row.circuit === 'closed') return { state: row.circuit };
  const { circuit, trouble, message } = row;
  const [since, at] = [dateFromMs(row.since), dateFromMs(row.probe_at)];
  return circuit === 'open'
    ? { state: circuit, trouble, message, since, probeAt: at }
    : { state: circuit, trouble, message, since, probeEndsAt: at };
}
