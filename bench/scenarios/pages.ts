import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgresServer } from '../../test/support/postgres/server.ts';
import { isChosen, type RunOptions, type Scenario } from '../bench-run.ts';
import { copyPages, emailOf, externalId, fillPages } from '../contenders/filled-pages.ts';
import { type RunningGateway, startGateway } from '../contenders/gateway.ts';
import { newDatabase } from '../contenders/new-database.ts';
import { interleaved } from '../interleaved.ts';
import { quantilesOf } from '../measure/quantiles.ts';
import { type Goal, type Measured, ratioOf, rowsOf } from '../report/report.ts';

const stored = { quick: [500, 5_000], full: [10_000, 1_000_000] } as const;
const repeats = { quick: 5, full: 20 } as const;

type Paths = (ids: readonly string[], round: number) => string;

const nth = (ids: readonly string[], round: number): string => ids[round % ids.length] ?? '';

/** What the console asks for, by the title of its column. */
const pages: Readonly<Record<string, Paths>> = {
  events: () => '/api/events',
  'filtered by status': () => '/api/events?source=stripe&status=unmatched&limit=20',
  'by dead deliveries': () => '/api/events?delivery=dead&destination=umami',
  'by mapping and time': (_, round) => `/api/events?mapping=mapping-${round % 4}.yaml&type=invoice.paid`,
  'search: sender’s id': (_, round) => `/api/events?q=${externalId(round)}`,
  'search: person': (_, round) => `/api/events?q=${emailOf(round % 2)}`,
  'search: a text that is nowhere': (_, round) => `/api/events?q=nowhere-${round}`,
  'an event': (ids, round) => `/api/events/${nth(ids, round)}`,
  counts: () => `/api/events/counts?type=invoice.paid`,
  problems: () => '/api/problems',
  series: () => '/api/series',
  'dead deliveries': () => '/api/deliveries?status=dead',
  'a person': (_, round) => `/api/identities?identifier=${emailOf(round % 2)}`,
  stats: () => '/api/stats',
  replays: () => '/api/replays',
  sources: () => '/api/sources',
  destinations: () => '/api/destinations',
};

/** How long the console waits for each of its pages, with a million events stored and with ten thousand. */
export const pagesOfConsole: Scenario = {
  name: 'pages',
  about: 'the pages of the console with a million events stored and with ten thousand, on both stores',
  run: async (options) => {
    const folder = await mkdtemp(join(tmpdir(), 'hookstitch-bench-'));
    await chmod(folder, 0o755);
    const server = await startPostgresServer(join(folder, 'server'));
    try {
      return reportOf(await measure(options, { folder, server: server.url }), options);
    } finally {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** SQLite last: while a gateway runs on it, nobody copies it. */
const drivers = ['PostgreSQL', 'SQLite'] as const;
type Driver = (typeof drivers)[number];

const sizesOf = ({ size }: RunOptions) => {
  const [few, many] = stored[size];
  return [
    ['few', few],
    ['many', many],
  ] as const;
};

interface Running {
  readonly driver: Driver;
  readonly key: 'few' | 'many';
  readonly gateway: RunningGateway;
  /** Of events to look at. */
  readonly ids: readonly string[];
}

interface Where {
  readonly folder: string;
  /** A server's address. */
  readonly server: string;
}

async function measure(options: RunOptions, where: Where): Promise<readonly Measured[]> {
  const running: Running[] = [];
  try {
    for (const [key, events] of sizesOf(options)) {
      const dataDir = await mkdtemp(join(where.folder, 'data-'));
      await fillPages(dataDir, events);
      for (const driver of drivers.filter((name) => isChosen(options, name))) {
        const gateway = await startedOn(driver, dataDir, where);
        running.push({ driver, key, gateway, ids: await idsOf(gateway) });
      }
    }
    const { size } = options;
    const rounds = size === 'full' ? 3 : 1;
    return await interleaved(Object.keys(pages), rounds, (page) => askFor(page, running, repeats[size]));
  } finally {
    for (const { gateway } of running) await gateway.stop();
  }
}

async function startedOn(driver: Driver, dataDir: string, { folder, server }: Where): Promise<RunningGateway> {
  const setup = { gateway: { version: 1, sources: {}, destinations: {} }, mappings: {}, path: '/in/stripe' };
  if (driver === 'SQLite') return startGateway({ ...setup, dataDir });
  const databaseUrl = await newDatabase(server);
  await copyPages(dataDir, databaseUrl);
  const own = await mkdtemp(join(folder, 'data-'));
  return startGateway({ ...setup, dataDir: own, environment: { DATABASE_URL: databaseUrl } });
}

/** Every state in turn, so that what the machine does meanwhile meets them all. */
async function askFor(
  page: string,
  running: readonly Running[],
  times: number,
): Promise<readonly Omit<Measured, 'round'>[]> {
  const samples = running.map((): number[] => []);
  for (let number = 0; number < times; number += 1)
    for (const [place, { gateway, ids }] of running.entries())
      samples[place]?.push(await askedMs(gateway, pages[page]?.(ids, number) ?? ''));
  return drivers.map((driver) => {
    const own = running.flatMap((one, place) =>
      one.driver === driver ? [[one.key, quantilesOf(samples[place] ?? []).p50] as const] : [],
    );
    return { name: nameOf(page, driver), figures: Object.fromEntries(own) };
  });
}

const nameOf = (page: string, driver: Driver): string => `${page}, ${driver}`;

async function askedMs({ api }: RunningGateway, path: string): Promise<number> {
  const startedMs = performance.now();
  const answer = await fetch(`${api.adminUrl}${path}`, { headers: { authorization: `Bearer ${api.token}` } });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`${path} is answered ${answer.status}: ${text}`);
  return performance.now() - startedMs;
}

async function idsOf({ api }: RunningGateway): Promise<readonly string[]> {
  const answer = await fetch(`${api.adminUrl}/api/events?limit=200`, {
    headers: { authorization: `Bearer ${api.token}` },
  });
  const { items } = (await answer.json()) as { readonly items: readonly { readonly id: string }[] };
  return items.map(({ id }) => id);
}

function reportOf(measured: readonly Measured[], options: RunOptions) {
  const names = [...new Set(measured.map(({ name }) => name))];
  return {
    tables: [
      {
        title: 'p50 in ms',
        columns: sizesOf(options).map(([key, events]) => ({ key, title: events.toLocaleString('en-US'), digits: 1 })),
        rows: rowsOf(measured),
      },
    ],
    goals: names.map(
      (name): Goal => ({
        what: `${name}: many : few`,
        most: 2,
        measured: ratioOf(measured, { name, key: 'many' }, { name, key: 'few' }),
      }),
    ),
    notes: ['Asked over HTTP one after the other, by somebody who has a token, of a gateway that does nothing else.'],
  };
}
