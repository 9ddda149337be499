import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventId } from '../../src/model/id.ts';
import type { Identifier } from '../../src/model/identity.ts';
import { openStore } from '../../src/store/open.ts';
import type { Stitching, Store } from '../../src/store/store.ts';
import type { Scenario } from '../bench-run.ts';
import { type Quantiles, quantilesOf } from '../measure/quantiles.ts';
import { seededRandom } from '../measure/seeded-random.ts';
import { type Column, type Measured, type Row, rowsOf } from '../report/report.ts';

const sizesOf = { quick: [1_000, 10_000], full: [10_000, 100_000, 1_000_000] } as const;
const identifiersOfPerson = 5;
const questions = 20_000;
const batch = 1_000;
/** People who call from the same switchboard; all that makes the number shared, and a hundred thousand more. */
const switchboard: Identifier = { kind: 'phone', value: '+12025550100' };
const callersMax = 100_000;

const columns: readonly Column[] = [
  { key: 'databaseMb', title: 'database MB', digits: 0 },
  { key: 'threeLinks50', title: 'three links p50 µs', digits: 0 },
  { key: 'threeLinks99', title: 'p99 µs', digits: 0 },
  { key: 'unknown99', title: 'unknown p99 µs', digits: 0 },
  { key: 'shared99', title: 'shared p99 µs', digits: 0 },
  { key: 'stitchUs', title: 'stitch µs/event', digits: 0 },
];

/** Whose is it, asked of ten thousand identifiers and of a million, in one run: does it cost the same? */
export const identity: Scenario = {
  name: 'identity',
  about: 'whose is it, asked of a million identifiers and of ten thousand',
  run: async ({ size }) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'hookstitch-bench-'));
    const store = await openStore({ dataDir });
    try {
      const rows = await grow(store, dataDir, sizesOf[size]);
      return { tables: [{ title: 'identity', columns, rows }], goals: [], notes: [] };
    } finally {
      await store.close();
      await rm(dataDir, { recursive: true, force: true });
    }
  },
};

async function grow(store: Store, dataDir: string, sizes: readonly number[]): Promise<readonly Row[]> {
  // Links point at an event that is stored.
  const event = await storedEvent(store);
  const rounds: Measured[] = [];
  let people = 0;
  for (const size of sizes) {
    const before = people;
    people = size / identifiersOfPerson;
    const startedMs = performance.now();
    const events = await populate(store, { event, from: before, to: people });
    const stitchUs = ((performance.now() - startedMs) * 1_000) / events;
    const { size: bytes } = await stat(join(dataDir, 'hookstitch.db'));
    const { threeLinks, unknown, shared } = await ask(store, people);
    const name = `${size.toLocaleString('en-US')} identifiers`;
    const answers = {
      threeLinks50: threeLinks.p50,
      threeLinks99: threeLinks.p99,
      unknown99: unknown.p99,
      shared99: shared.p99,
    };
    rounds.push({ name, round: 0, figures: { databaseMb: bytes / 1e6, ...answers, stitchUs } });
  }
  return rowsOf(rounds);
}

async function storedEvent(store: Store): Promise<EventId> {
  const receivedAt = new Date();
  const event = { type: 'bench', externalId: 'bench', occurredAt: receivedAt, item: null };
  const request = {
    source: 'bench',
    kind: null,
    method: 'POST',
    url: '/in/bench',
    headers: {},
    body: Buffer.from('{}'),
  };
  await store.recordRequest({ ...request, receivedAt, events: [event] });
  const [stored] = (await store.listEvents({}, { limit: 1 })).items;
  if (stored === undefined) throw new Error('nothing was stored');
  return stored.id;
}

const own = (kind: string, person: number): Identifier => ({ kind, value: `${kind}-${person}` });
const phoneOf = (person: number): Identifier => ({ kind: 'phone', value: `+1${String(2_000_000_000 + person)}` });
const emailOf = (person: number): Identifier => ({ kind: 'email', value: `person${person}@example.com` });

/** What the events of one person carry: a call, a form, a checkout, a sign-up. */
const carriedBy = (person: number): readonly (readonly Identifier[])[] => [
  [own('anonymous_id', person), phoneOf(person)],
  [phoneOf(person), emailOf(person)],
  [emailOf(person), own('stripe_customer', person)],
  [emailOf(person), own('user_id', person)],
  ...(person < callersMax ? [[switchboard, own('anonymous_id', person)]] : []),
];

interface Population {
  readonly event: EventId;
  readonly from: number;
  readonly to: number;
}

/** People come in an order of their own, so that the index grows everywhere and not at its end. */
async function populate(store: Store, { event, from, to }: Population): Promise<number> {
  let waiting: Stitching[] = [];
  let events = 0;
  const write = async (): Promise<void> => {
    await store.stitch(waiting);
    events += waiting.length;
    waiting = [];
  };
  for (let index = from; index < to; index += 1) {
    const about = { id: event, source: 'bench', occurredAt: new Date(index * 1_000) };
    waiting.push(...carriedBy(scattered(index)).map((identifiers) => ({ event: about, identifiers })));
    if (waiting.length >= batch) await write();
  }
  await write();
  return events;
}

const peopleMax = 1_000_000 / identifiersOfPerson;
/** 7919 is prime to the number of people, so every one comes once. */
const scattered = (index: number): number => (index * 7_919) % peopleMax;

/** In microseconds. */
interface Answering {
  /** From a payment's customer number over e-mail and phone to the visitor: three links. */
  readonly threeLinks: Quantiles;
  readonly unknown: Quantiles;
  readonly shared: Quantiles;
}

async function ask(store: Store, people: number): Promise<Answering> {
  const random = seededRandom(people);
  const time = async (identifierOf: () => Identifier): Promise<Quantiles> => {
    const samples: number[] = [];
    for (let index = 0; index < questions; index += 1) {
      const asked = [[identifierOf()]];
      const startedMs = performance.now();
      await store.resolve(asked);
      samples.push((performance.now() - startedMs) * 1_000);
    }
    return quantilesOf(samples);
  };
  const somebody = (): number => scattered(Math.floor(random() * people));
  return {
    threeLinks: await time(() => own('stripe_customer', somebody())),
    unknown: await time(() => ({ kind: 'email', value: `nobody${Math.floor(random() * 1e9)}@example.com` })),
    shared: await time(() => switchboard),
  };
}
