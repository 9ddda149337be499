import { lstat, rename, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startStandIn } from '../../src/demo/stand-ins/index.ts';
import type { StandIn } from '../../src/demo/stand-ins/stand-in.ts';
import { ask, type Counts, createWorkspace, settled, type Workspace } from '../support/gateway-process.ts';
import { postStripe, stripeBody, stripeSecret } from '../support/stripe-sender.ts';
import { atLeast, atMost, type Context, defineScenario, exactly, none, type Report } from './scenario.ts';
import { watchMemory } from './watch-memory.ts';

const sendEveryMs = 40;
const liveMsMax = 2_000;
const rssMbMax = 400;
const settleMsMax = 60_000;
const giveUpMs = 20_000;
const writeKey = 'check-write-key';

type Size = { readonly rewrites: number; readonly authors: number };

interface Spread {
  readonly count: number;
  readonly median: number;
  readonly worst: number;
}

export const reload = defineScenario({
  name: 'reload',
  description: 'Rewrites mapping files under load, every other time broken: no event suffers, no good text waits.',
  sizes: { ci: { rewrites: 120, authors: 4 }, release: { rewrites: 10_000, authors: 4 } },
  run,
});

async function run({ size: { rewrites, authors } }: Context<Size>): Promise<Report> {
  const standIn = await startStandIn('segment', { writeKey });
  const mappings = Object.fromEntries(
    Array.from({ length: authors }, (_, author) => [fileOf(author), good(author, 0)]),
  );
  const workspace = await createWorkspace({ gateway: gatewayText(standIn.url), mappings });
  try {
    const gateway = await workspace.start();
    const load = sendContinuously(workspace.url, authors);
    const memory = watchMemory(gateway);
    const watched = watchMappings(workspace);
    const payloads = watchPayloads(standIn);
    const quota = Math.ceil(rewrites / authors);
    const saves = await Promise.all(
      Array.from({ length: authors }, (_, author) => rewrite(author, quota, { workspace, watched, payloads })),
    );
    const events = await load.stop();
    await watched.stop();
    await settled(workspace, settleMsMax);
    const { translated, delivered } = await statesOf(workspace);
    const rssMb = memory.worstMb();
    memory.stop();
    const alive = gateway.child.exitCode === null;
    await gateway.end('SIGTERM');
    const all = saves.flat();
    const msOf = (isGood: boolean): Spread => spread(all.filter((save) => save.isGood === isGood).map(({ ms }) => ms));
    const [liveMs, namedMs] = [msOf(true), msOf(false)];
    return {
      goals: [
        atLeast('events sent', events, authors),
        none('events not translated and delivered', events - Math.min(translated, delivered)),
        atMost('slowest good text to take effect', liveMs.worst, liveMsMax, 'ms'),
        atMost('slowest broken text to be named', namedMs.worst, liveMsMax, 'ms'),
        atMost('resident memory', rssMb, rssMbMax, 'MB'),
        exactly('processes alive at the end', alive ? 1 : 0, 1),
      ],
      figures: { rewrites: all.length, events, liveMs, namedMs, rssMb },
    };
  } finally {
    await standIn.close();
    await workspace.remove();
  }
}

interface Save {
  readonly isGood: boolean;
  readonly ms: number;
}

interface Watching {
  readonly workspace: Workspace;
  readonly watched: ReturnType<typeof watchMappings>;
  readonly payloads: ReturnType<typeof watchPayloads>;
}

/** One author at one file: saves, waits until that has shown, saves again. */
async function rewrite(author: number, quota: number, { workspace, watched, payloads }: Watching): Promise<Save[]> {
  const file = fileOf(author);
  const path = join(workspace.folder, file);
  const saves: Save[] = [];
  for (let stamp = 1; saves.length < quota; stamp += 1) {
    await saveGood(path, good(author, stamp), stamp);
    saves.push({ isGood: true, ms: await until(() => payloads.newest(author) >= stamp) });
    await until(() => watched.problemIn(file) === undefined);
    for (const spoil of breakages[stamp % breakages.length] ?? []) {
      if (saves.length === quota) break;
      const before = watched.problemIn(file);
      await spoil(path, good(author, stamp));
      const isNamed = (): boolean => ![undefined, before].includes(watched.problemIn(file));
      saves.push({ isGood: false, ms: await until(isNamed) });
    }
  }
  return saves;
}

/** How long it took; what takes longer than anyone would wait counts as that. */
async function until(isSo: () => boolean): Promise<number> {
  const startedMs = performance.now();
  while (!isSo() && performance.now() - startedMs < giveUpMs) await pause(5);
  return performance.now() - startedMs;
}

/** In place, or by what editors and deployments do instead; a link is never written through. */
async function saveGood(path: string, text: string, stamp: number): Promise<void> {
  if (stamp % 3 === 0) {
    await writeFile(`${path}.tmp`, text);
    return rename(`${path}.tmp`, path);
  }
  if (stamp % 3 === 1 || (await lstat(path)).isSymbolicLink()) await unlink(path);
  await writeFile(path, text);
}

type Spoil = (path: string, text: string) => Promise<void>;

const nested =
  (line: number): Spoil =>
  (path) =>
    writeFile(path, `${'\n'.repeat(line)}a: ${'['.repeat(20_000)}`);

/** One after the other of each group. */
const breakages: readonly (readonly Spoil[])[] = [
  [(path, text) => writeFile(path, text.slice(0, text.length / 3))],
  [(path, text) => writeFile(path, `${text}name: [\n`)],
  [nested(0), nested(1), nested(2)],
  [(path, text) => writeFile(path, text.replace('=data.object.customer', '=$frist(data)'))],
  [
    async (path) => {
      await unlink(path);
      await symlink(process.execPath, path);
    },
  ],
  [(path, text) => writeFile(path, `${text}# ${'x'.repeat(300_000)}\n`)],
];

/** Posts events of every author's type without a pause in between authors; resolves to how many were answered 200. */
function sendContinuously(url: string, authors: number): { stop(): Promise<number> } {
  let isSending = true;
  let accepted = 0;
  const send = async (author: number): Promise<void> => {
    for (let number = 1; isSending; number += 1) {
      const status = await postStripe(url, stripeBody(`evt_${author}_${number}`, typeOf(author)));
      if (status === 200) accepted += 1;
      await pause(sendEveryMs);
    }
  };
  const sending = Promise.all(Array.from({ length: authors }, (_, author) => send(author)));
  return {
    stop: async () => {
      isSending = false;
      await sending;
      return accepted;
    },
  };
}

/** Asks again and again what is wrong with which file. */
function watchMappings(workspace: Workspace): {
  problemIn(file: string): string | undefined;
  stop(): Promise<void>;
} {
  let isWatching = true;
  let problems = new Map<string, string | undefined>();
  const watching = (async () => {
    while (isWatching) {
      const { items } = await ask<{ items: readonly MappingItem[] }>(workspace, '/api/mappings');
      problems = new Map(items.map((item) => [item.file, errorIn(item)]));
      await pause(20);
    }
  })();
  return {
    problemIn: (file) => problems.get(file),
    stop: async () => {
      isWatching = false;
      await watching;
    },
  };
}

interface MappingItem {
  readonly file: string;
  readonly problems: readonly { readonly severity: string; readonly code: string; readonly line: number }[];
}

function errorIn({ problems }: MappingItem): string | undefined {
  const first = problems.find(({ severity }) => severity === 'error');
  return first && `${first.code} in line ${first.line}`;
}

/** The newest stamp of each author that has arrived. */
function watchPayloads({ requests }: StandIn): { newest(author: number): number } {
  const newest = new Map<number, number>();
  let read = 0;
  return {
    newest: (asked) => {
      for (; read < requests.length; read += 1) {
        const { properties } = JSON.parse(requests[read]?.text ?? '') as {
          properties: { author: number; stamp: number };
        };
        newest.set(properties.author, Math.max(properties.stamp, newest.get(properties.author) ?? 0));
      }
      return newest.get(asked) ?? 0;
    },
  };
}

async function statesOf(workspace: Workspace): Promise<{ translated: number; delivered: number }> {
  const { events, deliveries } = await ask<Counts>(workspace, '/api/stats');
  return { translated: events.translated, delivered: deliveries.delivered };
}

function spread(values: readonly number[]): Spread {
  const sorted = values.map(Math.round).toSorted((a, b) => a - b);
  return { count: sorted.length, median: sorted[sorted.length >> 1] ?? 0, worst: sorted.at(-1) ?? 0 };
}

const fileOf = (author: number): string => `author-${author}.yaml`;
const typeOf = (author: number): string => `author_${author}.event`;

const gatewayText = (url: string): string => `version: 1
sources: { stripe: { type: stripe, secret: ${stripeSecret} } }
destinations: { segment: { type: segment, url: ${url}, write_key: ${writeKey}, allow_private_address: true } }
`;

const good = (author: number, stamp: number): string => `version: 1
name: Author ${author}
source: stripe
events: ${typeOf(author)}
event:
  name: Check
  id: =id
  user: { id: =data.object.customer }
  attributes: { author: ${author}, stamp: ${stamp} }
destinations: [segment]
tests:
  - name: carries its stamp
    given: { id: evt_1, object: event, type: ${typeOf(author)}, created: 1790000000, data: { object: { customer: c } } }
    expect: { segment: { properties: { stamp: ${stamp} } } }
`;
