import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { openStore } from '../../../src/store/open.ts';
import { anEvent, aRequest } from '../../contracts/store-samples.ts';
import { connect, databaseIn, dataDirectory } from './data-directory.ts';

const program = fileURLToPath(new URL('./acknowledging-writer.ts', import.meta.url));

function startWriter(dataDir: string): ChildProcess & { readonly lines: AsyncIterableIterator<string> } {
  const child = spawn(process.execPath, [program, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return Object.assign(child, { lines: createInterface({ input: child.stdout })[Symbol.asyncIterator]() });
}

async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

it.each([1, 100, 1_000])('keeps everything it acknowledged when it is killed after %i requests', async (count) => {
  const dataDir = dataDirectory();
  const writer = startWriter(dataDir);
  const acknowledged: string[] = [];
  for await (const line of writer.lines) {
    acknowledged.push(line);
    if (acknowledged.length === count) await kill(writer);
  }

  const store = await openStore({ dataDir });
  onTestFinished(() => store.close());
  const events = acknowledged.map((externalId) => anEvent({ externalId }));

  expect(acknowledged.length).toBeGreaterThanOrEqual(count);
  expect(await store.recordRequest(aRequest({ events }))).toEqual({ accepted: 0, duplicates: acknowledged.length });
  const { events: counted, eventsBySource } = await store.stats();
  const stored = connect(databaseIn(dataDir)).prepare('select count(*) from event').pluck().get();
  expect(counted.received).toBe(stored);
  expect(eventsBySource).toEqual([{ source: 'stripe', status: 'received', count: stored }]);
});

it('refuses a data directory that another gateway uses, until that one is gone in whatever way', async () => {
  const dataDir = dataDirectory();
  const writer = startWriter(dataDir);
  await writer.lines.next();

  await expect(openStore({ dataDir })).rejects.toMatchObject({ code: 'STORE_IN_USE' });
  await kill(writer);
  const store = await openStore({ dataDir });

  await expect(openStore({ dataDir })).rejects.toMatchObject({ code: 'STORE_IN_USE' });
  await store.close();
  await (await openStore({ dataDir })).close();
});
