import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripeSecret } from '../load/stripe-requests.ts';
import type { Account, RunningContender } from './contender.ts';
import type { DestinationName } from './gateway-files.ts';
import { newPlace, startProcess } from './started-process.ts';

const main = fileURLToPath(new URL('../naive/main.ts', import.meta.url));

export interface NaiveSetup {
  readonly sinkUrl: string;
  readonly destinations: readonly DestinationName[];
  /** Variables besides its own: a library to load first. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** The yardstick in a process of its own. */
export async function startNaive({ sinkUrl, destinations, environment }: NaiveSetup): Promise<RunningContender> {
  const { pid, port, stop } = await startProcess(
    {
      args: [main],
      environment: (place) => ({
        NODE_ENV: 'production',
        PORT: String(place.port),
        DATABASE: join(place.folder, 'events.db'),
        STRIPE_SECRET: stripeSecret,
        SINK_URL: sinkUrl,
        DESTINATIONS: destinations.join(),
        ...environment,
      }),
      readyPath: '/stats',
    },
    await newPlace(),
  );
  return {
    pids: [pid],
    targets: [{ host: '127.0.0.1', port }],
    path: '/webhooks/stripe',
    account: async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/stats`);
      return accountOf((await answer.json()) as readonly StatusCount[], destinations.length);
    },
    stop,
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
