import type { Database } from 'better-sqlite3';
import type { LaneTrouble } from '../../model/lane.ts';

export type CircuitRow =
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

const columns = `destination, paused_at, circuit, trouble, message, since, probe_at, failures_in_a_row, openings,
  window_started_at, window_requests, window_failures, tokens, tokens_counted_at`;

export function laneStatements(db: Database) {
  return {
    all: db.prepare<[], LaneRow>(`select ${columns} from lane order by destination`),
    byName: db.prepare<[string], LaneRow>(`select ${columns} from lane where destination = ?`),
    write: db.prepare<Record<string, string | number | null>>(`
      insert or replace into lane (${columns})
      values (@destination, @paused_at, @circuit, @trouble, @message, @since, @probe_at, @failures_in_a_row, @openings,
        @window_started_at, @window_requests, @window_failures, @tokens, @tokens_counted_at)`),
  };
}
