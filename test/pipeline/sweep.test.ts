import { describe, expect, it, onTestFinished } from 'vitest';
import { createLog } from '../../src/log.ts';
import { Sweeper } from '../../src/pipeline/sweep.ts';
import { openStore } from '../../src/store/open.ts';
import { anEvent, aRequest, at } from '../contracts/store-samples.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const keep = { deliveredMs: 1_000, deadMs: 1_000, keysMs: 3_600_000 };

/** A store with failed events that are long past their retention, and a sweeper that is due. */
async function sweeping(events: number) {
  const dataDir = await temporaryFolder({});
  const startedMs = performance.now();
  let aheadMs = 10_000_000;
  const clock = { now: () => at(performance.now() - startedMs + aheadMs) };
  const store = await openStore({ dataDir, clock });
  onTestFinished(() => store.close());
  const unusable = { reason: 'not_json', message: 'no JSON' } as const;
  await Promise.all(
    Array.from({ length: events }, (_, n) =>
      store.recordRequest(aRequest({ receivedAt: at(n), events: [anEvent({ externalId: `${n}`, unusable })] })),
    ),
  );
  const lines: string[] = [];
  const log = createLog({ level: 'debug', pretty: false, destination: { write: (line) => void lines.push(line) } });
  const sweeper = new Sweeper({ store, clock, log, keep });
  onTestFinished(() => sweeper.stop());
  aheadMs += 60_000;
  const logged = (event: string) => lines.map((line) => JSON.parse(line)).filter((line) => line.event === event);
  return { store, sweeper, logged };
}

describe('sweeping', () => {
  it('lets go of what is past its retention, and says once how much that was', async () => {
    const { store, sweeper, logged } = await sweeping(120);
    sweeper.start();

    await expect.poll(() => logged('store.purged')).toMatchObject([{ events: 120, requests: 120 }]);
    expect((await store.stats()).events.failed).toBe(0);
  });

  it('looks at everything now and then, and stops at once when it is told to', async () => {
    const { store, sweeper, logged } = await sweeping(3);
    sweeper.start();

    await expect.poll(() => logged('store.examined')).not.toEqual([]);
    expect(logged('store.examined')[0]).toMatchObject({ damages: 0 });
    expect((await store.condition()).examined).not.toBeNull();
    await sweeper.stop();
    expect(logged('worker.failed')).toEqual([]);
  });
});
