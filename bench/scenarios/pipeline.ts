import { isDeepStrictEqual } from 'node:util';
import { isChosen, type RunOptions, type Scenario } from '../bench-run.ts';
import { checkoutGateway, checkoutNaive, ofType } from '../contenders/checkout.ts';
import type { Contender } from '../contenders/contender.ts';
import { allDestinations } from '../contenders/gateway-files.ts';
import { slowSync } from '../contenders/slow-sync.ts';
import { type Burst, type EndToEnd, endToEnd, endToEndColumns } from '../end-to-end.ts';
import { interleaved } from '../interleaved.ts';
import { figureOf, type Goal, type Measured, ratioOf, rowsOf } from '../report/report.ts';
import { onStage } from '../stage.ts';

const names = {
  naive: 'naive, one destination',
  batching: 'gateway, batching destination',
  single: 'gateway, one request per event',
  naiveAll: 'naive, four destinations',
  all: 'gateway, four destinations',
  naiveSlow: 'naive, syncs 3 ms slower',
  batchingSlow: 'gateway, syncs 3 ms slower',
} as const;

const burstOf = {
  quick: { loop: { kind: 'closed', durationMs: 1_500 }, warmUpMs: 500, connections: 64, signedAhead: 15_000 },
  full: { loop: { kind: 'closed', durationMs: 6_000 }, warmUpMs: 5_000, connections: 64, signedAhead: 60_000 },
} as const satisfies Record<string, Burst>;

/** From the sender's request to the destination: one that takes batches, one that does not, four at once. */
export const pipeline: Scenario = {
  name: 'pipeline',
  about: 'end to end beside a naive pipeline: batching, one request per event, four destinations, a slow disk',
  run: async (options) => {
    const slow = slowSync(3);
    const chosen = contenders(options, slow).filter(({ name }) => isChosen(options, name));
    const payloads = new Payloads();
    const rounds = await onStage(options.seed, (stage) =>
      interleaved(chosen, options.size === 'full' ? 3 : 1, async (contender) => [
        payloads.same(await endToEnd(contender, stage, burstOf[options.size])),
      ]),
    );
    const notes = slow === undefined ? ['There is no C compiler here (cc): the slow disk was left out.'] : [];
    return {
      tables: [{ title: 'pipeline', columns: endToEndColumns, rows: rowsOf(rounds) }],
      goals: goalsOf(rounds),
      notes,
    };
  },
};

function contenders(
  { profileTo }: RunOptions,
  slow: Readonly<Record<string, string>> | undefined,
): readonly Contender[] {
  const one = [ofType('usermaven')];
  const all = allDestinations.map((type) => ofType(type));
  const single = [ofType('usermaven', { batch: 1, concurrency: 32 })];
  return [
    checkoutNaive(names.naive, ['usermaven']),
    checkoutGateway({ name: names.batching, destinations: one, profileTo }),
    checkoutGateway({ name: names.single, destinations: single, profileTo }),
    checkoutNaive(names.naiveAll, allDestinations),
    checkoutGateway({ name: names.all, destinations: all, profileTo }),
    ...(slow === undefined
      ? []
      : [
          checkoutNaive(names.naiveSlow, ['usermaven'], slow),
          checkoutGateway({ name: names.batchingSlow, destinations: one, environment: slow }),
        ]),
  ];
}

function goalsOf(rounds: readonly Measured[]): readonly Goal[] {
  const key = 'deliveredPerSecond';
  const faster = (one: string, other: string, least: number): Goal => ({
    what: `delivered/s, ${one} : ${other}`,
    least,
    measured: ratioOf(rounds, { name: one, key }, { name: other, key }),
  });
  const name = names.batching;
  const share = ratioOf(rounds, { name, key }, { name, key: 'acceptedPerSecond' });
  const p99 = figureOf(rounds, { name, key: 'p99' });
  return [
    faster(name, names.naive, 10),
    { what: `delivered/s : accepted/s, ${name}`, least: 0.95, measured: share },
    { what: `accept p99 at saturation, ${name}`, most: 30, measured: p99, unit: ' ms' },
    faster(names.single, names.naive, 4),
    faster(names.all, names.naiveAll, 3),
    faster(names.batchingSlow, names.naiveSlow, 40),
  ];
}

/** Whoever does more for each event would only seem slow: all make the same payloads, but for the ids. */
class Payloads {
  readonly #expected = new Map<string, unknown>();

  same(measured: EndToEnd): EndToEnd {
    for (const [destination, text] of Object.entries(measured.samples)) {
      const { event_id: _, messageId: __, ...payload } = JSON.parse(text) as Payload;
      delete payload.context?.library;
      if (!this.#expected.has(destination)) this.#expected.set(destination, payload);
      if (!isDeepStrictEqual(payload, this.#expected.get(destination)))
        throw new Error(`${measured.name} has another payload for ${destination}: ${text}`);
    }
    return measured;
  }
}

interface Payload {
  readonly event_id?: unknown;
  readonly messageId?: unknown;
  readonly context?: { library?: unknown };
}
