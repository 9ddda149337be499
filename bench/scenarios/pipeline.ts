import { isDeepStrictEqual } from 'node:util';
import { isChosen, type RunOptions, type Scenario } from '../bench-run.ts';
import type { Contender } from '../contenders/contender.ts';
import { startGateway } from '../contenders/gateway.ts';
import { allDestinations, checkoutMapping, type DestinationName, gatewayFile } from '../contenders/gateway-files.ts';
import { startNaive } from '../contenders/naive.ts';
import { slowSync } from '../contenders/slow-sync.ts';
import { type Burst, endToEnd, setStage } from '../end-to-end.ts';
import { type Column, type Goal, type Measured, ratioOf, rowsOf, type Table } from '../report/report.ts';

const settingsOf: Readonly<Record<DestinationName, object>> = {
  usermaven: { batch: 100 },
  segment: { batch: 100 },
  // Neither takes more than one event in a request.
  vemetric: { concurrency: 32 },
  umami: { concurrency: 32 },
};

type Variables = Readonly<Record<string, string>>;

interface GatewayContender {
  readonly name: string;
  readonly destinations: readonly DestinationName[];
  readonly settings?: object;
  readonly environment?: Variables;
  readonly profileTo?: string | undefined;
}

const gateway = ({ name, destinations, settings, environment = {}, profileTo }: GatewayContender): Contender => ({
  name,
  destinations,
  start: (sinkUrl) =>
    startGateway({
      gateway: gatewayFile(
        sinkUrl,
        destinations.map((type) => ({ type, name: type, settings: settings ?? settingsOf[type] })),
      ),
      mappings: { 'checkout.yaml': checkoutMapping(destinations) },
      path: '/in/stripe',
      environment,
      profileTo: profileTo && `${profileTo}/${name.replaceAll(/\W+/g, '-')}`,
    }),
});

const naive = (name: string, destinations: readonly DestinationName[], environment: Variables = {}): Contender => ({
  name,
  destinations,
  start: (sinkUrl) => startNaive({ sinkUrl, destinations, environment }),
});

const columns: readonly Column[] = [
  { key: 'acceptedPerSecond', title: 'accepted/s', digits: 0 },
  { key: 'deliveredPerSecond', title: 'delivered/s', digits: 0 },
  { key: 'p50', title: 'accept p50 ms', digits: 1 },
  { key: 'p99', title: 'p99 ms', digits: 1 },
  { key: 'cpuUs', title: 'CPU µs/event', digits: 0 },
  { key: 'peakMb', title: 'peak MB', digits: 0 },
  { key: 'childPeakMb', title: 'evaluator', digits: 0 },
  { key: 'copies', title: 'copies', digits: 0 },
  { key: 'refused', title: 'refused', digits: 0 },
];

const names = {
  naive: 'naive, one destination',
  batching: 'gateway, batching destination',
  single: 'gateway, one request per event',
  naiveAll: 'naive, four destinations',
  all: 'gateway, four destinations',
  naiveSlow: 'naive, syncs 3 ms slower',
  batchingSlow: 'gateway, syncs 3 ms slower',
} as const;

const goalOf = (rounds: readonly Measured[], [one, other]: readonly [string, string], least: number): Goal => {
  const key = 'deliveredPerSecond';
  return {
    what: `delivered/s, ${one} : ${other}`,
    wanted: { least },
    measured: ratioOf(rounds, { name: one, key }, { name: other, key }),
    unit: '',
  };
};

/** From the sender's request to the destination: one that takes batches, one that does not, four at once. */
export const pipeline: Scenario = {
  name: 'pipeline',
  about: 'end to end beside a naive pipeline: batching, one request per event, four destinations, a slow disk',
  run: async (options: RunOptions) => {
    const { size, seed, profileTo } = options;
    const slow = slowSync(3);
    const one = ['usermaven'] as const;
    const contenders = [
      naive(names.naive, one),
      gateway({ name: names.batching, destinations: one, profileTo }),
      gateway({ name: names.single, destinations: one, settings: { batch: 1, concurrency: 32 }, profileTo }),
      naive(names.naiveAll, allDestinations),
      gateway({ name: names.all, destinations: allDestinations, profileTo }),
      ...(slow === undefined
        ? []
        : [
            naive(names.naiveSlow, one, slow),
            gateway({ name: names.batchingSlow, destinations: one, environment: slow }),
          ]),
    ];
    const burst: Burst = {
      connections: 64,
      loop: { kind: 'closed', durationMs: size === 'full' ? 4_000 : 1_500 },
      warmUpMs: size === 'full' ? 1_000 : 500,
      signedAhead: size === 'full' ? 60_000 : 15_000,
    };
    const chosen = contenders.filter(({ name }) => isChosen(options, name));
    const rounds = await measure(chosen, burst, { rounds: size === 'full' ? 3 : 1, seed });
    const tables: readonly Table[] = [{ title: 'pipeline', columns, rows: rowsOf(rounds) }];
    const share = (name: string): Goal => ({
      what: `${name}: delivered/s : accepted/s`,
      wanted: { least: 0.95 },
      measured: ratioOf(rounds, { name, key: 'deliveredPerSecond' }, { name, key: 'acceptedPerSecond' }),
      unit: '',
    });
    const goals = [
      goalOf(rounds, [names.batching, names.naive], 10),
      share(names.batching),
      goalOf(rounds, [names.single, names.naive], 4),
      goalOf(rounds, [names.all, names.naiveAll], 3),
      ...(slow === undefined ? [] : [goalOf(rounds, [names.batchingSlow, names.naiveSlow], 40)]),
    ];
    const notes = slow === undefined ? ['There is no C compiler here (cc): the slow disk was left out.'] : [];
    return { tables, goals, notes };
  },
};

interface Rounds {
  readonly rounds: number;
  readonly seed: number;
}

/** Every contender in each round, so that what the machine does meanwhile meets them all. */
async function measure(
  contenders: readonly Contender[],
  burst: Burst,
  { rounds, seed }: Rounds,
): Promise<readonly Measured[]> {
  const measured: Measured[] = [];
  const samples: [destination: string, payload: string][] = [];
  const stage = await setStage(seed);
  try {
    for (let round = 0; round < rounds; round += 1) {
      for (const contender of contenders) {
        const { figures, account, ...first } = await endToEnd(contender, stage, burst);
        samples.push(...Object.entries(first.samples));
        measured.push({ name: contender.name, round, figures });
        const { events, delivered, pending, dead } = account;
        console.log(
          `  ${contender.name}: ${events} accepted = ${delivered} delivered + ${pending} pending + ${dead} dead`,
        );
      }
    }
    requireSamePayloads(samples);
  } finally {
    stage.end();
  }
  return measured;
}

/** Whoever does more for each event would only seem slow: all make the same payloads, but for the ids. */
function requireSamePayloads(samples: readonly (readonly [destination: string, payload: string])[]): void {
  const expected = new Map<string, unknown>();
  for (const [destination, text] of samples) {
    const { event_id: _, messageId: __, ...payload } = JSON.parse(text) as Payload;
    delete payload.context?.library;
    if (!expected.has(destination)) expected.set(destination, payload);
    if (!isDeepStrictEqual(payload, expected.get(destination)))
      throw new Error(`payloads for ${destination} differ: ${text}`);
  }
}

interface Payload {
  readonly event_id?: unknown;
  readonly messageId?: unknown;
  readonly context?: { library?: unknown };
}
