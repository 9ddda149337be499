/** The state of every lane, as its claims and settlements leave it. What writes runs inside a transaction. */
import type { Traces } from '../../identity/traces.ts';
import { freshLane, type Lane } from '../../model/lane.ts';
import { laneWithoutTraces } from '../erasing.ts';
import { toLane, toLaneRow } from '../lane-rows.ts';
import type { Statements } from './statements.ts';

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

export function eraseFromLanes(sql: Statements, traces: Traces): void {
  for (const lane of readLanes(sql)) writeLane(sql, lane, laneWithoutTraces(lane, [traces]));
}
