/** Lanes as the tables hold them. */
import { dateFromMs } from '../model/clock.ts';
import type { Circuit, Lane, LaneTrouble } from '../model/lane.ts';
import { wellFormed } from './well-formed.ts';

type CircuitRow =
  | { readonly circuit: 'closed' }
  | {
      readonly circuit: 'open' | 'half_open';
      readonly trouble: LaneTrouble;
      readonly message: string;
      readonly since: number;
      readonly probe_at: number;
    };

type TokensRow =
  | { readonly tokens: null; readonly tokens_counted_at: null }
  | { readonly tokens: number; readonly tokens_counted_at: number };

export type LaneRow = CircuitRow &
  TokensRow & {
    readonly destination: string;
    readonly paused_at: number | null;
    readonly failures_in_a_row: number;
    readonly openings: number;
    readonly window_started_at: number;
    readonly window_requests: number;
    readonly window_failures: number;
  };

export const laneColumns = `destination, paused_at, circuit, trouble, message, since, probe_at, failures_in_a_row, openings,
  window_started_at, window_requests, window_failures, tokens, tokens_counted_at`;

export function toLaneRow({ destination, pausedAt, circuit, failuresInARow, openings, window, tokens }: Lane) {
  return wellFormed({
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
}

function circuitRow(circuit: Circuit) {
  if (circuit.state === 'closed')
    return { circuit: circuit.state, trouble: null, message: null, since: null, probe_at: null };
  const { state, trouble, message, since } = circuit;
  const probeAt = circuit.state === 'open' ? circuit.probeAt : circuit.probeEndsAt;
  return { circuit: state, trouble, message, since: since.getTime(), probe_at: probeAt.getTime() };
}

export function toLane(row: LaneRow): Lane {
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
