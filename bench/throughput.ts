import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createWorkspace, type Workspace } from '../test/support/gateway-process.ts';
import { startPostgresServer } from '../test/support/postgres/server.ts';
import { postStripe, stripeBody } from '../test/support/stripe-sender.ts';
import { gatewayText, torturedMapping } from '../test/torture/setup.ts';
import { type Sink, startSink } from '../test/torture/sink.ts';

/**
 * How many events a second whole gateways take down and deliver, on SQLite and on PostgreSQL: senders, gateways, database
 * and destination on this one machine.
 */

const events = 4_000;
const senders = 32;
const withinMs = 300_000;

interface Figures {
  readonly acceptedPerSecond: number;
  /** From the first request to the last arrival. */
  readonly deliveredPerSecond: number;
}

export async function throughput(): Promise<Record<string, Figures>> {
  const folder = await mkdtemp(join(tmpdir(), 'hookstitch-bench-'));
  await chmod(folder, 0o755);
  const server = await startPostgresServer(join(folder, 'server'));
  try {
    return {
      sqlite: await measured(1, {}),
      postgres_one_replica: await measured(1, { DATABASE_URL: server.url }),
      postgres_two_replicas: await measured(2, { DATABASE_URL: server.url }),
    };
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function measured(replicas: number, environment: Readonly<Record<string, string>>): Promise<Figures> {
  const sink = await startSink();
  const workspaces = await Promise.all(Array.from({ length: replicas }, () => workspaceFor(sink, environment)));
  try {
    for (const workspace of workspaces) await workspace.start();
    const startedMs = performance.now();
    await send(
      workspaces.map(({ url }) => url),
      `${replicas}${environment.DATABASE_URL === undefined ? '' : '_pg'}`,
    );
    const acceptedMs = performance.now() - startedMs;
    const deadline = startedMs + withinMs;
    while (sink.calls.length < events && performance.now() < deadline) await pause(10);
    return {
      acceptedPerSecond: rate(acceptedMs),
      deliveredPerSecond: rate(performance.now() - startedMs),
    };
  } finally {
    for (const workspace of workspaces) await workspace.remove();
    await sink.close();
  }
}

const rate = (ms: number): number => Math.round((events / ms) * 1_000);

const workspaceFor = (sink: Sink, environment: Readonly<Record<string, string>>): Promise<Workspace> =>
  createWorkspace({
    gateway: gatewayText({ sink: { url: sink.url, settings: { concurrency: 32 } } }),
    mappings: { 'bench.yaml': torturedMapping(['sink']) },
    environment: { ...environment, LOG_LEVEL: 'warn' },
  });

/** Each event is another person's. */
async function send(urls: readonly string[], name: string): Promise<void> {
  let next = 0;
  const sending = Array.from({ length: senders }, async () => {
    for (let number = next++; number < events; number = next++)
      await postStripe(urls[number % urls.length] ?? '', stripeBody(`evt_${name}_${number}`));
  });
  await Promise.all(sending);
}
