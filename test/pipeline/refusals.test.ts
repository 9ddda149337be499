import { describe, expect, it, onTestFinished } from 'vitest';
import { createLog } from '../../src/log.ts';
import { addMs } from '../../src/model/clock.ts';
import { RefusalCounter } from '../../src/pipeline/refusals.ts';
import { openStore } from '../../src/store/open.ts';
import { noon } from '../contracts/store-samples.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

async function counting() {
  let ms = 0;
  const clock = { now: () => addMs(noon, ms) };
  const store = await openStore({ dataDir: await temporaryFolder({}), clock });
  onTestFinished(() => store.close());
  const lines: string[] = [];
  const log = createLog({ level: 'debug', pretty: false, destination: { write: (line) => void lines.push(line) } });
  const counter = new RefusalCounter({ store, clock, log });
  const counted = async () =>
    (await store.series({ since: noon, until: addMs(noon, 600_000), step: 'minute' })).map(
      ({ name, what, count }) => `${name} ${what} ${count}`,
    );
  return { store, counter, counted, lines, pass: (by: number) => (ms += by) };
}

describe('refused requests', () => {
  it('are written together, a moment after the first', async () => {
    const { counter, counted, pass } = await counting();
    counter.start();
    onTestFinished(() => counter.stop());
    counter.count('stripe', 'mismatch');
    pass(2_000);
    for (const reason of ['mismatch', 'stale']) counter.count('stripe', reason);
    counter.count('hubspot', 'mismatch');

    await expect.poll(counted).toEqual(['hubspot mismatch 1', 'stripe mismatch 2', 'stripe stale 1']);
  });

  it('are written at the end, however short a time ago they came', async () => {
    const { counter, counted } = await counting();
    counter.start();
    counter.count('stripe', 'mismatch');
    await counter.stop();

    expect(await counted()).toEqual(['stripe mismatch 1']);
  });

  it('keep no gateway from stopping whose store is gone', async () => {
    const { store, counter, lines } = await counting();
    counter.start();
    counter.count('stripe', 'mismatch');
    await store.close();
    await counter.stop();

    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ event: 'worker.failed', worker: 'refusals' }]);
  });
});
