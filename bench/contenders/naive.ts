import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../test/support/gateway-process.ts';
import { stripeSecret } from '../load/stripe-requests.ts';
import type { Account, RunningContender } from './contender.ts';
import type { DestinationName } from './gateway-files.ts';
import { childOf } from './living.ts';

const main = fileURLToPath(new URL('../naive/main.ts', import.meta.url));
const startMsMax = 20_000;

export interface NaiveSetup {
  readonly sinkUrl: string;
  readonly destinations: readonly DestinationName[];
  /** Variables besides its own: a library to load first. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** The yardstick in a process of its own. */
export async function startNaive({ sinkUrl, destinations, environment }: NaiveSetup): Promise<RunningContender> {
  const folder = mkdtempSync(join(tmpdir(), 'hookstitch-bench-naive-'));
  const port = await freePort();
  const log = openSync(join(folder, 'log'), 'w');
  const child = childOf(
    spawn(process.execPath, [main], {
      stdio: ['ignore', log, log],
      env: {
        PATH: process.env.PATH,
        NODE_ENV: 'production',
        PORT: String(port),
        DATABASE: join(folder, 'events.db'),
        STRIPE_SECRET: stripeSecret,
        SINK_URL: sinkUrl,
        DESTINATIONS: destinations.join(),
        ...environment,
      },
    }),
  );
  closeSync(log);
  const stats = async (): Promise<readonly StatusCount[] | undefined> => {
    try {
      return (await (await fetch(`http://127.0.0.1:${port}/stats`)).json()) as readonly StatusCount[];
    } catch {
      // Not listening yet.
      return undefined;
    }
  };
  const deadline = performance.now() + startMsMax;
  while ((await stats()) === undefined) {
    if (child.exitCode !== null || performance.now() > deadline)
      throw new Error(`the yardstick does not start:\n${readFileSync(join(folder, 'log'), 'utf8')}`);
    await pause(20);
  }
  return {
    pid: child.pid ?? 0,
    target: { host: '127.0.0.1', port },
    path: '/webhooks/stripe',
    account: async () => accountOf((await stats()) ?? [], destinations.length),
    stop: async () => {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface StatusCount {
  readonly status: 'received' | 'delivered' | 'failed';
  readonly count: number;
}

/** Its events are settled whole; each counts once for every destination, as the gateway's deliveries do. */
function accountOf(counts: readonly StatusCount[], destinations: number): Account {
  const of = (status: StatusCount['status']): number => counts.find((one) => one.status === status)?.count ?? 0;
  return {
    events: of('received') + of('delivered') + of('failed'),
    waiting: 0,
    pending: of('received') * destinations,
    delivered: of('delivered') * destinations,
    dead: of('failed') * destinations,
    unmatched: 0,
    failed: 0,
  };
}
