import type { Findings } from '../found-damages.ts';
import type { Connections } from './connections.ts';
import { examine } from './examine.ts';
import { examineLock } from './locks.ts';

/** For each millisecond of looking so many of rest. */
const restFactor = 4;
const examineLockSql = 'select pg_try_advisory_lock($1) as is_held';

/** Looks at everything, one replica at a time: undefined where another one does, and where it was stopped. */
export async function examineAlone(connections: Connections, stop: AbortSignal): Promise<Findings | undefined> {
  try {
    return await connections.apart(async ({ rows: read }) => {
      const [lock] = await read<{ is_held: boolean }>(examineLockSql, [examineLock]);
      return lock?.is_held === true ? await examine({ read, stop, restFactor }) : undefined;
    }, stop);
  } catch (error) {
    if (stop.aborted) return undefined;
    throw error;
  }
}
