import { isChosen, type Scenario } from '../bench-run.ts';
import { checkoutGateway, type GatewayOptions, ofType } from '../contenders/checkout.ts';
import type { Contender } from '../contenders/contender.ts';
import { filledData } from '../contenders/filled-data.ts';
import { checkoutMapping, type DestinationSetup } from '../contenders/gateway-files.ts';
import { type Burst, endToEnd, endToEndColumns } from '../end-to-end.ts';
import { interleaved } from '../interleaved.ts';
import { type Goal, type Measured, ratioOf, rowsOf } from '../report/report.ts';
import { onStage } from '../stage.ts';

const one = 'one mapping, one destination';
const manyMappings = '200 mappings';
const beside = 'beside one that is dead';
const destinationsName = (count: number): string => `${count} destinations`;
const storedName = (count: number): string => `${count.toLocaleString('en-US')} stored events`;

const stored = { quick: [1_000, 20_000], full: [10_000, 1_000_000] } as const;

const burstOf = {
  quick: { loop: { kind: 'closed', durationMs: 1_000 }, warmUpMs: 500, connections: 64, signedAhead: 15_000 },
  full: { loop: { kind: 'closed', durationMs: 3_000 }, warmUpMs: 1_000, connections: 64, signedAhead: 45_000 },
} as const satisfies Record<string, Burst>;

/** What an event costs as everything around it grows: what is stored, mappings, destinations, and one that is down. */
export const growth: Scenario = {
  name: 'growth',
  about: 'cost per event with a million stored, with 200 mappings, with 8 destinations, beside a dead one',
  run: async (options) => {
    const { size, seed } = options;
    const [few, many] = stored[size];
    const chosen = await contendersOf(
      [...storedSetups([few, many]), ...otherSetups].filter(({ name }) => isChosen(options, name)),
    );
    let run = 0;
    const rounds = await onStage(seed, (stage) =>
      interleaved(chosen, size === 'full' ? 3 : 1, async (contender) => {
        // What is stored stays from round to round, so each sends events of its own.
        run += 1;
        return [await endToEnd(contender, { ...stage, seed: seed + run }, burstOf[size])];
      }),
    );
    return {
      tables: [{ title: 'growth', columns: endToEndColumns, rows: rowsOf(rounds) }],
      goals: [
        ...slower(rounds, [storedName(many), storedName(few)], 1.1),
        ...slower(rounds, [manyMappings, one], 1.2),
        ...slower(rounds, [beside, one], 1.1),
        ...slower(rounds, [beside, destinationsName(2)], 1.1),
      ],
      notes: ['Delivered and CPU count events, whatever the number of their destinations.'],
    };
  },
};

interface Setup extends GatewayOptions {
  readonly storedEvents?: number;
}

const batching = (number: number): DestinationSetup => ({ ...ofType('usermaven'), name: `usermaven-${number}` });
const destinations = (count: number): readonly DestinationSetup[] =>
  Array.from({ length: count }, (_, index) => batching(index + 1));

const storedSetups = (counts: readonly number[]): readonly Setup[] =>
  counts.map((count) => ({ name: storedName(count), destinations: destinations(1), storedEvents: count }));

const otherSetups: readonly Setup[] = [
  { name: one, destinations: destinations(1) },
  { name: manyMappings, destinations: destinations(1), mappings: otherMappings(199) },
  { name: beside, destinations: destinations(1), dead: [batching(2)] },
  ...[2, 4, 8].map((count) => ({ name: destinationsName(count), destinations: destinations(count) })),
];

/** For events that do not come. */
function otherMappings(count: number): Readonly<Record<string, string>> {
  const entries = Array.from({ length: count }, (_, index) => {
    const text = checkoutMapping(['usermaven-1'], `Other ${index}`);
    return [`other-${index}.yaml`, text.replace('checkout.session.completed', 'invoice.paid')] as const;
  });
  return Object.fromEntries(entries);
}

/** One after the other: making what is stored takes the whole machine. */
async function contendersOf(setups: readonly Setup[]): Promise<readonly Contender[]> {
  const contenders: Contender[] = [];
  for (const { storedEvents, ...setup } of setups) {
    const dataDir = storedEvents === undefined ? undefined : await filledData(storedEvents);
    contenders.push(checkoutGateway({ ...setup, dataDir }));
  }
  return contenders;
}

/** By how much an event costs more, in CPU time and in what gets through. */
function slower(rounds: readonly Measured[], [name, base]: readonly [string, string], most: number): readonly Goal[] {
  const of = (one: string, other: string, key: string) => ratioOf(rounds, { name: one, key }, { name: other, key });
  return [
    { what: `CPU per event, ${name} : ${base}`, most, measured: of(name, base, 'cpuUs') },
    { what: `time per delivered event, ${name} : ${base}`, most, measured: of(base, name, 'deliveredPerSecond') },
  ];
}
