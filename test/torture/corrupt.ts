import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { addMs, systemClock } from '../../src/model/clock.ts';
import type { ClaimedDelivery } from '../../src/model/delivery.ts';
import { GatewayError } from '../../src/model/error.ts';
import { openStore } from '../../src/store/open.ts';
import type { Damage, Store } from '../../src/store/store.ts';
import { aDraft, claimDeliveries, refused, settleDeliveries, settledAs } from '../contracts/store-samples.ts';
import { seededRandom } from '../sources/mutants.ts';
import { stripeBody } from '../support/stripe-sender.ts';
import { damagings, type Files } from './damage.ts';
import { quantile } from './quantile.ts';
import { atMost, defineScenario, exactly, none } from './scenario.ts';

/** Rows of the directories that are damaged. */
const events = 300;
const opens = 5;

export const corrupt = defineScenario({
  name: 'corrupt',
  description:
    'Damages the database, its log and what lies beside them: each is named or without effect, and nothing starts silently empty.',
  sizes: { ci: { damages: 60, manyRows: 20_000 }, release: { damages: 600, manyRows: 100_000 } },
  run: async ({ size, seed }) => {
    const random = seededRandom(seed);
    const folder = mkdtempSync(join(tmpdir(), 'hookstitch-corrupt-'));
    try {
      const whole = await makeWhole(folder);
      const verdicts: (Verdict & { kind: string })[] = [];
      for (let n = 0; n < size.damages; n += 1) {
        const damaging = damagings[n % damagings.length];
        if (damaging === undefined) continue;
        const dataDir = join(folder, `damaged-${n}`);
        cpSync(join(folder, damaging.of), dataDir, { recursive: true });
        damaging.apply({ ...filesIn(dataDir), other: filesIn(join(folder, 'other')).database }, random);
        verdicts.push({ kind: damaging.kind, ...(await judge(dataDir, whole)) });
        rmSync(dataDir, { recursive: true, force: true });
      }
      const unnoticed = verdicts.filter(({ verdict }) => verdict === 'unnoticed');
      const [few, many] = [await startMs(folder, 1_000), await startMs(folder, size.manyRows)];
      return {
        goals: [
          exactly('damages', verdicts.length, size.damages),
          none('neither named nor without effect', unnoticed.length),
          none('started silently empty', verdicts.filter(({ isEmpty }) => isEmpty).length),
          none(
            'payloads handed out that nobody queued',
            verdicts.reduce((sum, { strange }) => sum + strange, 0),
          ),
          atMost(`a start with ${size.manyRows} rows, over one with 1000`, many - few, 50, 'ms'),
        ],
        figures: { verdicts: tally(verdicts), unnoticed: unnoticed.map(({ kind }) => kind), startMs: { few, many } },
      };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
});

const filesIn = (dataDir: string): Omit<Files, 'other'> => {
  const database = join(dataDir, 'hookstitch.db');
  return { database, log: `${database}-wal`, index: `${database}-shm`, marker: join(dataDir, 'hookstitch.instance') };
};

interface Whole {
  /** Of each way to leave a directory, what is stored in it. */
  readonly dumps: ReadonlySet<string>;
  readonly payloads: ReadonlySet<string>;
}

/** Directories as a stopped and as a killed gateway leave them, and one of another instance. */
async function makeWhole(folder: string): Promise<Whole> {
  const payloads = new Set<string>();
  const living = join(folder, 'living');
  const store = await openStore({ dataDir: living });
  await fill(store, payloads);
  cpSync(living, join(folder, 'killed'), { recursive: true });
  await store.close();
  cpSync(living, join(folder, 'stopped'), { recursive: true });
  await (await openStore({ dataDir: join(folder, 'other') })).close();
  const dumps = new Set<string>();
  for (const way of ['killed', 'stopped']) {
    const copy = join(folder, `${way}-read`);
    cpSync(join(folder, way), copy, { recursive: true });
    await (await openStore({ dataDir: copy })).close();
    dumps.add(dump(filesIn(copy).database));
  }
  return { dumps, payloads };
}

async function fill(store: Store, payloads: Set<string>): Promise<void> {
  for (let n = 0; n < events; n += 1) {
    const now = systemClock.now();
    const externalId = `evt_${n}`;
    await store.recordRequest({
      ...{ source: 'stripe', kind: null, method: 'POST', url: 'https://h.example/in/stripe', headers: {} },
      body: Buffer.from(stripeBody(externalId)),
      receivedAt: now,
      events: [{ type: 'check', externalId, occurredAt: now, item: null }],
    });
    if (n % 3 === 0) await translateOne(store, payloads);
    if (n % 5 === 0) {
      const claimed = await claimDeliveries(store, 'segment', { now: addMs(systemClock.now(), 1), limit: 2 });
      await settleDeliveries(
        store,
        claimed.map((one, index) => settledAs(one, index === 0 ? undefined : refused)),
      );
    }
  }
}

async function translateOne(store: Store, payloads: Set<string>): Promise<void> {
  const now = systemClock.now();
  const claim = { worker: 'wrk_one', limit: 1, leaseMs: 60_000, aloneAfterTries: 3, now } as const;
  for (const event of await store.claimEvents(claim)) {
    const payload = JSON.stringify({ event: event.externalId, padding: 'x'.repeat(300) });
    payloads.add(payload);
    const drafts = [aDraft({ payload, person: `user_id:${event.externalId}` })];
    await store.settleTranslations([
      { to: 'translated', event, settledAt: now, drafts, runs: [{ ok: true }], origins: [] },
    ]);
  }
}

interface Verdict {
  readonly verdict:
    | 'named at start'
    | 'named on reading'
    | 'named by the look at everything'
    | 'without effect'
    | 'unnoticed';
  readonly isEmpty: boolean;
  readonly strange: number;
}

async function judge(dataDir: string, whole: Whole): Promise<Verdict> {
  const damages: Damage[] = [];
  let store: Store;
  try {
    store = await openStore({ dataDir, damaged: (damage) => damages.push(damage) });
  } catch (error) {
    const isNamed = error instanceof GatewayError && error.code === 'STORE_UNSAFE';
    return { verdict: isNamed ? 'named at start' : 'unnoticed', isEmpty: false, strange: 0 };
  }
  try {
    const after = dump(filesIn(dataDir).database);
    // Whether it is found without anybody reading it.
    const isFound = (await store.examine(new AbortController().signal)) && (await store.condition()).damages.length > 0;
    const { handedOut, isNamed, isEmpty } = await readAll(store);
    const strange = handedOut.filter(({ payload }) => !whole.payloads.has(payload)).length;
    const verdict = isFound
      ? 'named by the look at everything'
      : isNamed || damages.length > 0
        ? 'named on reading'
        : whole.dumps.has(after)
          ? 'without effect'
          : 'unnoticed';
    return { verdict, isEmpty: isEmpty && damages.length === 0, strange };
  } finally {
    await store.close().catch(() => undefined);
  }
}

interface Reading {
  readonly handedOut: readonly ClaimedDelivery[];
  readonly isNamed: boolean;
  /** There is nothing, and nobody said a word about it. */
  readonly isEmpty: boolean;
}

/** Works on what is there as the gateway would. */
async function readAll(store: Store): Promise<Reading> {
  const handedOut: ClaimedDelivery[] = [];
  let [isNamed, isEmpty] = [false, false];
  const naming = async (work: () => Promise<unknown>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      isNamed ||= error instanceof GatewayError && error.code === 'STORE_UNSAFE';
    }
  };
  const now = addMs(systemClock.now(), 1_000);
  await naming(() => store.claimEvents({ worker: 'wrk_two', limit: 1_000, leaseMs: 1, aloneAfterTries: 99, now }));
  await naming(async () => {
    handedOut.push(...(await claimDeliveries(store, 'segment', { now, limit: 1_000 })));
  });
  await naming(async () => {
    const { items } = await store.listEvents({}, { limit: 200 });
    for (const { id } of items) await store.getEvent(id);
  });
  await naming(async () => {
    isEmpty = Object.values((await store.stats()).events).every((count) => count === 0);
  });
  return { handedOut, isNamed, isEmpty };
}

/** All rows but those of what is done at a start. */
function dump(file: string): string {
  const db = new Database(file, { readonly: true });
  try {
    const tables = [
      'request',
      'event',
      'delivery',
      'attempt',
      'tally',
      'lane',
      'identifier',
      'identity_link',
      'problem',
    ];
    return JSON.stringify(tables.map((table) => db.prepare(`select * from ${table}`).raw().all()));
  } catch (error) {
    return String(error);
  } finally {
    db.close();
  }
}

const tally = (verdicts: readonly { readonly kind: string; readonly verdict: string }[]) =>
  Object.fromEntries(
    [...new Set(verdicts.map(({ kind }) => kind))].map((kind) => [
      kind,
      Object.entries(
        Object.groupBy(
          verdicts.filter((one) => one.kind === kind),
          ({ verdict }) => verdict,
        ),
      )
        .map(([verdict, found]) => `${verdict}: ${found?.length}`)
        .join(', '),
    ]),
  );

/** The median of several starts on so many rows. */
async function startMs(folder: string, rows: number): Promise<number> {
  const dataDir = join(folder, `rows-${rows}`);
  const store = await openStore({ dataDir });
  const at = systemClock.now();
  const request = { source: 'stripe', kind: null, method: 'POST', url: 'https://h.example/in/stripe', headers: {} };
  const body = Buffer.alloc(1_000, 'x');
  for (let n = 0; n < rows; n += 1_000) {
    const ids = Array.from({ length: Math.min(1_000, rows - n) }, (_, index) => `evt_${n + index}`);
    await Promise.all(
      ids.map((externalId) =>
        store.recordRequest({
          ...request,
          body,
          receivedAt: at,
          events: [{ type: 'check', externalId, occurredAt: at, item: null }],
        }),
      ),
    );
  }
  await store.close();
  const samples: number[] = [];
  for (let n = 0; n < opens; n += 1) {
    const startedMs = performance.now();
    const opened = await openStore({ dataDir });
    samples.push(performance.now() - startedMs);
    await opened.close();
  }
  return Math.round(quantile(samples, 0.5));
}
