import { setTimeout as pause } from 'node:timers/promises';
import type { Account, Contender, RunningContender } from './contenders/contender.ts';
import type { Stage } from './stage.ts';

/** Every accepted event is delivered, pending or dead, by what the contender has stored and by what the sink has seen. */
export interface Books {
  /** Waits until nothing is left to do, and compares; what happened since the books were opened. */
  settled(): Promise<Account>;
}

/** How long nothing may change before waiting ends. */
const stalledMs = 30_000;

export async function openBooks(contender: Contender, running: RunningContender, stage: Stage): Promise<Books> {
  const before = await running.account();
  const arrivedBefore = await arrivals(contender, stage);
  return {
    settled: async () => {
      const account = await unchanged(contender, async () => difference(await running.account(), before));
      const { events, waiting, pending, delivered, dead, unmatched, failed } = account;
      if (unmatched + failed > 0) throw new Error(`${contender.name} translated not all: ${JSON.stringify(account)}`);
      if ((events - waiting) * deliveriesOf(contender) !== pending + delivered + dead)
        throw new Error(`${contender.name} lost deliveries: ${JSON.stringify(account)}`);
      const arrived = (await arrivals(contender, stage)).distinct - arrivedBefore.distinct;
      if (arrived < delivered) throw new Error(`${contender.name} delivered ${delivered}, of which ${arrived} arrived`);
      return account;
    },
  };
}

const deliveriesOf = ({ destinations, dead = 0 }: Contender): number => destinations.length + dead;

async function unchanged({ dead = 0 }: Contender, account: () => Promise<Account>): Promise<Account> {
  let [seen, sinceMs] = ['', performance.now()];
  for (;;) {
    const now = await account();
    // What goes to destinations that do not answer stays pending.
    const isDone = now.waiting === 0 && now.pending <= now.events * dead;
    if (isDone || performance.now() - sinceMs > stalledMs) return now;
    if (JSON.stringify(now) !== seen) [seen, sinceMs] = [JSON.stringify(now), performance.now()];
    await pause(100);
  }
}

const difference = (now: Account, before: Account): Account => ({
  events: now.events - before.events,
  waiting: now.waiting,
  pending: now.pending,
  delivered: now.delivered - before.delivered,
  dead: now.dead - before.dead,
  unmatched: now.unmatched - before.unmatched,
  failed: now.failed - before.failed,
});

export interface Arrivals {
  readonly events: number;
  readonly distinct: number;
  readonly lastMs: number;
}

/** Over all destinations; the last of them counts. */
export async function arrivals({ destinations }: Contender, { sink }: Stage): Promise<Arrivals> {
  const all = await Promise.all(destinations.map((name) => sink.call('arrived', name)));
  return {
    events: all.reduce((sum, { events }) => sum + events, 0),
    distinct: all.reduce((sum, { distinct }) => sum + distinct, 0),
    lastMs: Math.max(...all.map(({ lastMs }) => lastMs)),
  };
}
