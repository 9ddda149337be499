/** The state of every lane, as its claims and settlements leave it. What writes runs inside a transaction. */
import type { Database } from 'better-sqlite3';
import { freshLane, type Lane } from '../../model/lane.ts';
import { type LaneRow, laneColumns, toLane, toLaneRow } from '../lane-rows.ts';
import type { Statements } from './statements.ts';

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

export const readLanes = ({ lanes }: Statements): readonly Lane[] => lanes.all.all().map(toLane);

export function readLane({ lanes }: Statements, destination: string, now: Date): Lane {
  const row = lanes.byName.get(destination);
  return row === undefined ? freshLane(destination, now) : toLane(row);
}

/** Returns what it wrote; what has not changed is not written. */
export function writeLane({ lanes }: Statements, before: Lane, after: Lane): Lane {
  if (after === before) return after;
  lanes.write.run(toLaneRow(after));
  return after;
}
