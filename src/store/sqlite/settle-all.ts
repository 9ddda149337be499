/** What came of one request, written in as few pieces as it can be. */
import type { Settlement } from '../../model/delivery.ts';
import { GatewayError } from '../../model/error.ts';
import type { Tally } from '../tally.ts';
import type { Damages } from './damages.ts';
import { settleDelivery } from './deliveries.ts';
import type { GroupCommit } from './group-commit.ts';
import { alike, settleDelivered } from './settle-delivered.ts';
import type { Statements } from './statements.ts';

interface Settling {
  readonly commit: GroupCommit;
  readonly sql: Statements;
  readonly damages: Damages;
}

/** What was delivered with one request all at once; the rest, and where one of them meets damage, each by itself. */
export async function settleAll(
  { commit, sql, damages }: Settling,
  destination: string,
  settlements: readonly Settlement[],
): Promise<readonly boolean[]> {
  const kept = settlements.map(() => false);
  const batches = alike(settlements);
  const inBatches = new Set(batches.flat());
  const others = [...settlements.keys()].filter((index) => !inBatches.has(index));
  const note = (places: readonly number[], told: readonly boolean[]): void => {
    for (const [index, place] of places.entries()) kept[place] = told[index] === true;
  };
  const settled = (places: readonly number[]) => places.flatMap((place) => settlements[place] ?? []);
  const each = async (places: readonly number[]): Promise<void> => {
    const works = settled(places).map((one) => (tally: Tally) => settleDelivery(sql, { ...one, damages }, tally));
    note(places, await commit.writeEach(works));
  };
  const together = async (places: readonly number[]): Promise<void> => {
    const work = { destination, settlements: settled(places), damages };
    try {
      note(places, await commit.write((tally) => settleDelivered(sql, work, tally)));
    } catch (error) {
      if (error instanceof GatewayError && error.code === 'STORE_UNAVAILABLE') throw error;
      await each(places);
    }
  };
  await Promise.all([...batches.map(together), each(others)]);
  return kept;
}
