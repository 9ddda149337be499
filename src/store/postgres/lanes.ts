/** The state of every lane, as its claims and settlements leave it. What writes holds the lane's lock. */
import type { Traces } from '../../identity/traces.ts';
import { freshLane, type Lane } from '../../model/lane.ts';
import { laneWithoutTraces } from '../erasing.ts';
import { type LaneRow, laneColumns, toLane, toLaneRow } from '../lane-rows.ts';
import type { Queries, Transaction } from './connections.ts';
import { toRecords } from './text.ts';

const written = laneColumns.split(/,\s+/).filter((name) => name !== 'destination');

export const laneSql = {
  all: `select ${laneColumns} from lane order by destination`,
  byName: `select ${laneColumns} from lane where destination = $1`,
  write: `
    insert into lane (${laneColumns})
    select ${laneColumns} from json_to_recordset($1) as new (destination text, paused_at bigint, circuit text, trouble text,
      message text, since bigint, probe_at bigint, failures_in_a_row integer, openings integer, window_started_at bigint,
      window_requests integer, window_failures integer, tokens double precision, tokens_counted_at bigint)
    on conflict (destination) do update set ${written.map((name) => `${name} = excluded.${name}`).join(', ')}`,
};

export const readLanes = async (read: Queries['rows']): Promise<readonly Lane[]> =>
  (await read<LaneRow>(laneSql.all)).map(toLane);

export async function readLane(tx: Transaction, destination: string, now: Date): Promise<Lane> {
  const [row] = await tx.rows<LaneRow>(laneSql.byName, [destination]);
  return row === undefined ? freshLane(destination, now) : toLane(row);
}

/** Returns what it wrote; what has not changed is not written. */
export function writeLane(tx: Transaction, before: Lane, after: Lane): Lane {
  if (after !== before) tx.along(laneSql.write, [toRecords([toLaneRow(after)])]);
  return after;
}

/** Under the locks of all of them. */
export async function eraseFromLanes(tx: Transaction, traces: Traces): Promise<void> {
  for (const lane of await readLanes((sql, values) => tx.rows(sql, values)))
    writeLane(tx, lane, laneWithoutTraces(lane, [traces]));
}
