import type { Database } from 'better-sqlite3';
import { type LaneRow, laneColumns } from '../lane-rows.ts';

export function laneStatements(db: Database) {
  return {
    all: db.prepare<[], LaneRow>(`select ${laneColumns} from lane order by destination`),
    byName: db.prepare<[string], LaneRow>(`select ${laneColumns} from lane where destination = ?`),
    write: db.prepare<Record<string, string | number | null>>(`
      insert or replace into lane (${laneColumns})
      values (@destination, @paused_at, @circuit, @trouble, @message, @since, @probe_at, @failures_in_a_row, @openings,
        @window_started_at, @window_requests, @window_failures, @tokens, @tokens_counted_at)`),
  };
}
